import { useEffect, useState, type RefObject } from "react";

/**
 * Whether the mouse is over the element itself. What React calls entering counts menus and dialogs that were opened
 * from it but stand elsewhere on the page, and when one of those goes away under the pointer nothing says that it left.
 */
export function usePointerOver(element: RefObject<Element | null>): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const enter = (event: PointerEvent) =>
      setOver(event.pointerType === "mouse" && element.current !== null && element.current.contains(event.target as Node));
    const leave = () => setOver(false);
    document.addEventListener("pointerover", enter);
    document.documentElement.addEventListener("pointerleave", leave);
    return () => {
      document.removeEventListener("pointerover", enter);
      document.documentElement.removeEventListener("pointerleave", leave);
    };
  }, [element]);
  return over;
}
