import { createContext, useContext, type ReactNode } from "react";

export interface Toast {
  variant: "success" | "danger" | "warning" | "info";
  title: string;
  body?: ReactNode;
  link?: { to: string; text: string };
  /** What can be done about it at once: undo it. */
  action?: { text: string; run: () => void };
}

export const ToastContext = createContext<(toast: Toast) => void>(() => {
  throw new Error("no Toasts above");
});

export function useToast(): (toast: Toast) => void {
  return useContext(ToastContext);
}
