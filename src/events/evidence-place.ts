/** The incident whose evidence lies in this folder: `…/INCIDENT/1-shop_web`. */
export function incidentOf(folder: string): string {
  return folder.split("/").at(-2) ?? "";
}
