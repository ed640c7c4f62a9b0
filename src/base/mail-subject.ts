/** What can stand in braces in a mail's subject. */
export const SUBJECT_FIELDS = [
  "server",
  "host",
  "severity",
  "summary",
  "scope",
  "incident",
] as const;
export type SubjectField = (typeof SUBJECT_FIELDS)[number];
export type SubjectValues = Readonly<Record<SubjectField, string>>;

const FIELD = /\{([^{}]*)\}/g;

/** The names in braces that are not fields. */
export function unknownFields(template: string): readonly string[] {
  const names = [...template.matchAll(FIELD)].map(([, name = ""]) => name);
  return names.filter((name) => !isField(name));
}

/** The subject; brackets around nothing are left out. */
export function fillSubject(template: string, values: SubjectValues): string {
  const filled = template.replaceAll(FIELD, (all, name: string) =>
    isField(name) ? values[name] : all,
  );
  return filled
    .replaceAll(/\[\s*\]|\(\s*\)/g, "")
    .replaceAll(/\s+/g, " ")
    .trim();
}

function isField(name: string): name is SubjectField {
  return SUBJECT_FIELDS.some((field) => field === name);
}
