import "@patternfly/react-core/dist/styles/base.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./app/App";
import { startTranslations } from "./locales/i18n";
import { signStyles } from "./ui/styleNonce";
import { startTheme } from "./ui/theme";
import "./ui/ui.css";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
signStyles();
startTheme();
await startTranslations();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
