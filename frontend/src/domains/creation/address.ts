import { EMPTY, type CreationForm } from "./form";

// What must not stand in an address: secrets, and texts that are longer than one may be.
const NEVER = new Set<keyof CreationForm>(["xml"]);
const SECRET = "password";

type Values = Record<string, unknown>;

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** The answers that are not the usual ones, so that a form half filled can be sent to somebody, or reloaded. */
export function paramsOf(form: CreationForm): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(form)) {
    const usual = EMPTY[name as keyof CreationForm];
    if (NEVER.has(name as keyof CreationForm) || same(value, usual)) continue;
    if (typeof value !== "object") params.set(name, String(value));
    else {
      const shown = name === "cloud_init" ? { ...(value as Values), [SECRET]: "" } : value;
      if (!same(shown, usual)) params.set(name, JSON.stringify(shown, (_key, each: unknown) => (each === "" ? undefined : each)));
    }
  }
  return params;
}

/** The form that an address asks for. What is not understood is left at what is usual. */
export function formOf(params: URLSearchParams): CreationForm {
  const form: Values = { ...EMPTY };
  for (const [name, usual] of Object.entries(EMPTY)) {
    const written = params.get(name);
    if (written === null || NEVER.has(name as keyof CreationForm)) continue;
    if (typeof usual === "boolean") form[name] = written === "true";
    else if (typeof usual === "string") form[name] = written;
    else form[name] = parsed(written, usual) ?? usual;
  }
  return form as CreationForm;
}

function parsed(written: string, usual: object): object | null {
  let value: unknown;
  try {
    value = JSON.parse(written);
  } catch {
    return null; // mistyped by hand
  }
  if (Array.isArray(usual)) {
    const whole: Values = usual[0];
    if (!Array.isArray(value)) return null;
    return value.map((each: unknown) => (isValues(each) ? only(each, whole) : whole));
  }
  return isValues(value) ? only(value, usual as Values) : null;
}

const isValues = (value: unknown): value is Values => typeof value === "object" && value !== null && !Array.isArray(value);

const only = (value: Values, usual: Values): Values =>
  Object.fromEntries(Object.entries(usual).map(([name, otherwise]) => [name, typeof value[name] === "string" ? value[name] : otherwise]));
