/**
 * The schema library names every schema twice, for requests and for answers; this drops the ones that
 * nothing in the document points to, also through others.
 */
export function withoutUnusedSchemas<Document extends object>(document: Document): Document {
  if (
    !('components' in document) ||
    !isRecord(document.components) ||
    !isRecord(document.components.schemas)
  ) {
    return document
  }
  const { schemas, ...otherComponents } = document.components
  const used = new Set<string>()
  const pending = referencesIn({ ...document, components: otherComponents })
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (used.has(name)) continue
    used.add(name)
    pending.push(...referencesIn(schemas[name]))
  }
  const kept = Object.entries(schemas).filter(([name]) => used.has(name))
  return { ...document, components: { ...otherComponents, schemas: Object.fromEntries(kept) } }
}

function referencesIn(value: unknown): string[] {
  const found = JSON.stringify(value ?? null).matchAll(/"#\/components\/schemas\/([^"]+)"/g)
  return [...found].flatMap(([, name]) => name ?? [])
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
