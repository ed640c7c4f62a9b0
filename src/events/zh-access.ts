import type { AccessChange } from "../core/event.ts";
import type { ACCESS_TEXTS as ENGLISH } from "./en-access.ts";
import { because, quote, span } from "./words-zh.ts";

const CHANGES: Readonly<Record<AccessChange, string>> = {
  "user-added": "已添加为用户",
  "user-changed": "的角色已更改",
  "user-removed": "已从用户中删除",
  "password-changed": "的密码已更改",
  "token-added": "已添加为令牌",
  "token-removed": "已从令牌中删除",
};

/** Chinese texts about who may do what. */
export const ACCESS_TEXTS: typeof ENGLISH = {
  "access-changed": (f) => `${quote(f.name)}${CHANGES[f.what]}（操作者：${quote(f.by)}）。`,
  "sign-in-locked": (f) =>
    `来自${quote(f.from)}的${f.user === "" ? "" : `针对${quote(f.user)}的`}错误密码过多：${span(f.lasts)}内不再受理登录。`,
  "access-lost": (f) =>
    `用户文件无法使用：${because(f.fault)}。${f.kept === "" ? "文件保留在原处。" : `文件已保存为${quote(f.kept)}。`}任何人都无法登录管理页面；请用\`solosafe web setup\`重新设置密码。`,
  "page-opened": (f) =>
    `现在可以从其他计算机经端口${f.port}访问管理页面（操作者：${quote(f.by)}）。`,
  "page-closed": (f) => `现在只能从本服务器访问管理页面（操作者：${quote(f.by)}）。`,
};
