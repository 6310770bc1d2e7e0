import i18next from "i18next";
import { initReactI18next } from "react-i18next";

import en from "./en.json";

export const LANGUAGES = { en: "English", "zh-CN": "简体中文" } as const;
type Language = keyof typeof LANGUAGES;

const STORED_AS = "ovirtlite.language";

function preferred(): Language {
  const stored = localStorage.getItem(STORED_AS);
  if (stored !== null && stored in LANGUAGES) return stored as Language;
  return navigator.languages.some((language) => language.toLowerCase().startsWith("zh")) ? "zh-CN" : "en";
}

async function load(language: string): Promise<void> {
  if (language === "zh-CN" && !i18next.hasResourceBundle(language, "translation")) {
    const { default: texts } = await import("./zh-CN.json");
    i18next.addResourceBundle(language, "translation", texts);
  }
}

export async function startTranslations(language: string = preferred()): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: "en",
    showSupportNotice: false,
    fallbackLng: "en",
    resources: { en: { translation: en } },
    interpolation: { escapeValue: false }, // React escapes
  });
  await changeLanguage(language);
}

export async function changeLanguage(language: string): Promise<void> {
  await load(language);
  await i18next.changeLanguage(language);
  localStorage.setItem(STORED_AS, language);
  document.documentElement.lang = language;
}
