import { render } from "preact";
import { App } from "./app.tsx";
import { applyTheme, wantedTheme } from "./data/theme.ts";
import { loadPack } from "./i18n/pack.ts";
import { wantedLanguage } from "./i18n/language.ts";

applyTheme(wantedTheme());
const place = document.querySelector("#page");
if (place !== null) render(<App first={await loadPack(wantedLanguage())} />, place);
