/**
 * The page's content security policy lets no style element in that does not carry the word of this very response. The
 * terminal and the editor make such elements themselves and know nothing of it, so it is put on whatever is made here.
 */
export function signStyles(): void {
  const nonce = document.querySelector<HTMLMetaElement>("meta[name=style-nonce]")?.content;
  if (!nonce) return; // the development server, which has no such policy
  const make = document.createElement.bind(document) as (name: string, options?: ElementCreationOptions) => HTMLElement;
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const made = make(name, options);
    if (made instanceof HTMLStyleElement) made.nonce = nonce;
    return made;
  }) as typeof document.createElement;
}
