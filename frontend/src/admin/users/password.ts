// No letters and digits that look alike: a password is also read from a screen and typed.
const LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const GROUPS = 5;
const IN_GROUP = 4;

type Random = (bytes: Uint8Array) => Uint8Array;

/** A password that nobody guesses: 20 letters in groups, about 115 bits. */
export function generatedPassword(random: Random = (bytes) => crypto.getRandomValues(bytes)): string {
  const letters: string[] = [];
  const most = 256 - (256 % LETTERS.length); // above it some letters would come more often
  while (letters.length < GROUPS * IN_GROUP) {
    for (const byte of random(new Uint8Array(32))) {
      if (byte < most && letters.length < GROUPS * IN_GROUP) letters.push(LETTERS.charAt(byte % LETTERS.length));
    }
  }
  return Array.from({ length: GROUPS }, (_, at) => letters.slice(at * IN_GROUP, (at + 1) * IN_GROUP).join("")).join("-");
}
