import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeAll } from "vitest";

import { startTranslations } from "../src/locales/i18n";

// jsdom has no layout; PatternFly asks for these two at mount.
window.matchMedia ??= (query: string) =>
  ({ matches: false, media: query, addEventListener: () => {}, removeEventListener: () => {} }) as unknown as MediaQueryList;
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};

configure({ asyncUtilTimeout: 10_000 }); // a busy machine takes seconds to show what has arrived
beforeAll(() => startTranslations("en"));
afterEach(cleanup);
