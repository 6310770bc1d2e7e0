import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// In development the API, the sockets and the consoles come from a running ovirtlite.
const backend = process.env.OVIRTLITE_BACKEND ?? "http://127.0.0.1:8000";

export default defineConfig({
  // Django serves the built assets under /static/ and index.html at every other address that is not the API's.
  base: "/static/",
  plugins: [react()],
  build: {
    target: "es2022",
    outDir: "dist",
    // noVNC, xterm.js and CodeMirror are chunks of their own, loaded when a page needs them.
    chunkSizeWarningLimit: 1200,
  },
  server: {
    proxy: {
      "/api": backend,
      "/ws": { target: backend, ws: true },
    },
  },
  test: {
    environment: "jsdom",
    environmentOptions: { jsdom: { url: "http://localhost/" } },
    setupFiles: ["./tests/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    css: false,
    testTimeout: 30_000, // a busy machine renders a menu in seconds
    // One DOM for all files: making one costs more than most of them take.
    pool: "threads",
    isolate: false,
    maxWorkers: 2,
    restoreMocks: true,
  },
});
