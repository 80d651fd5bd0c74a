/** Values as JSON for the engine. */

/** Empty for what JSON leaves out: undefined, functions, symbols. */
export function toJSON(value: unknown): string {
  return (JSON.stringify(value) as string | undefined) ?? '';
}

/** An object of texts, as parameters and headers are. */
export function toTexts(values: Readonly<Record<string, unknown>> | null | undefined): Record<string, string> {
  const texts: Record<string, string> = {};
  if (values) for (const name of Object.keys(values)) texts[name] = String(values[name]);
  return texts;
}
