/** Text as key presses, for guests that know no clipboard. */

export interface Press {
  keysym: number;
  /** The key's place on a US keyboard: what a guest's own layout starts from. */
  code: string | null;
  shift: boolean;
}

export const SHIFT: Omit<Press, "shift"> = { keysym: 0xffe1, code: "ShiftLeft" };

const PLAIN = "`1234567890-=[]\\;',./ ";
const SHIFTED = '~!@#$%^&*()_+{}|:"<>?';
const CODES = [
  "Backquote",
  ...Array.from({ length: 10 }, (_, digit) => `Digit${(digit + 1) % 10}`),
  ...["Minus", "Equal", "BracketLeft", "BracketRight", "Backslash", "Semicolon", "Quote", "Comma", "Period", "Slash", "Space"],
];
const NAMED: Readonly<Record<string, readonly [number, string]>> = {
  "\n": [0xff0d, "Enter"],
  "\t": [0xff09, "Tab"],
};
const LATIN_1 = 0xff;
const UNICODE_KEYSYM = 0x01000000;

export function pressesOf(text: string): Press[] {
  return Array.from(text.replace(/\r\n?/g, "\n"), pressOf);
}

function pressOf(character: string): Press {
  const named = NAMED[character];
  if (named) return { keysym: named[0], code: named[1], shift: false };
  const point = character.codePointAt(0) ?? 0;
  const keysym = point <= LATIN_1 ? point : UNICODE_KEYSYM | point;
  if (/^[a-zA-Z]$/.test(character)) {
    const upper = character.toUpperCase();
    return { keysym, code: `Key${upper}`, shift: character === upper };
  }
  const plain = PLAIN.indexOf(character);
  if (plain >= 0) return { keysym, code: CODES[plain] ?? null, shift: false };
  const shifted = SHIFTED.indexOf(character);
  return { keysym, code: shifted >= 0 ? (CODES[shifted] ?? null) : null, shift: shifted >= 0 };
}

const CONTROL = [0xffe3, "ControlLeft"] as const;
const ALT = [0xffe9, "AltLeft"] as const;
const FUNCTION_KEYS = Array.from(
  { length: 7 },
  (_, n) => [`Ctrl+Alt+F${n + 1}`, [CONTROL, ALT, [0xffbe + n, `F${n + 1}`]]] as const,
);

/** What a browser or the machine in front of it keeps for itself. */
export const COMBINATIONS: readonly (readonly [string, readonly (readonly [number, string])[]])[] = [
  ["Ctrl+Alt+Del", [CONTROL, ALT, [0xffff, "Delete"]]],
  ["Ctrl+Alt+Backspace", [CONTROL, ALT, [0xff08, "Backspace"]]],
  ["Alt+Tab", [ALT, [0xff09, "Tab"]]],
  ["Super", [[0xffeb, "MetaLeft"]]],
  ["Esc", [[0xff1b, "Escape"]]],
  ["Print Screen", [[0xff61, "PrintScreen"]]],
  ...FUNCTION_KEYS,
];
