import js from "@eslint/js";
import reactHooks from "eslint-plugin-react-hooks";
import { defineConfig } from "eslint/config";
import globals from "globals";
import tseslint from "typescript-eslint";

// A feature imports what all share (api, live, jobs, access, ui), never another feature; app puts them together.
const FEATURES = ["domains", "hosts", "storage", "networks", "backups", "console", "events", "admin"];
const SHARED = ["api", "live", "jobs", "access", "ui"];

const never = (folders, message) => ({
  "no-restricted-imports": [
    "error",
    { patterns: [{ group: folders.flatMap((folder) => [`../${folder}/*`, `../../${folder}/*`]), message }] },
  ],
});

export default defineConfig(
  { ignores: ["dist", "src/api/schema.d.ts"] },
  {
    files: ["**/*.{ts,tsx}"],
    extends: [js.configs.recommended, tseslint.configs.strict, reactHooks.configs.flat["recommended-latest"]],
    languageOptions: { globals: globals.browser },
    rules: { eqeqeq: "error", "no-console": "error" },
  },
  ...FEATURES.map((feature) => ({
    files: [`src/${feature}/**`],
    rules: never([...FEATURES.filter((other) => other !== feature), "app"], "A feature imports no other feature."),
  })),
  ...SHARED.map((folder) => ({
    files: [`src/${folder}/**`],
    rules: never([...FEATURES, "app"], "What all share imports no feature."),
  })),
);
