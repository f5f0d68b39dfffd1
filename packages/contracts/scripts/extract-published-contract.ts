import { readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { operations } from '../src/operations/operations.ts'
import { toWireSchema } from '../src/wire/wire-schema.ts'

/**
 * Writes `published-contract.json`: every operation of the published contract by name, method and path, and
 * what the contract test needs of those that we serve. Run by hand when an operation is added:
 * `node scripts/extract-published-contract.ts <path of the published contract>`
 */
const [, , contractPath] = process.argv
if (contractPath === undefined) throw new Error('Give the path of the published contract')

const published = z
  .object({
    paths: z.record(z.string(), z.record(z.string(), z.looseObject({ operationId: z.string().optional() }))),
    components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
  })
  .parse(JSON.parse(readFileSync(contractPath, 'utf8')))

const served = new Set<string | undefined>(operations.map(({ operationId }) => operationId))
const later = laterSchemaNames()
const keptOperations: Record<string, unknown> = {}
const keptSchemas: Record<string, unknown> = {}

for (const [path, methods] of Object.entries(published.paths)) {
  for (const [method, facts] of Object.entries(methods)) {
    const { operationId } = facts
    if (operationId === undefined) continue
    const place = { method: method.toUpperCase(), path }
    keptOperations[operationId] = served.has(operationId) ? { ...place, ...facts } : place
    if (served.has(operationId)) keepSchemasOf(facts)
  }
}
const target = new URL('../src/operations/published-contract.json', import.meta.url)
writeFileSync(target, `${JSON.stringify({ operations: keptOperations, schemas: keptSchemas })}\n`)

function keepSchemasOf(value: unknown): void {
  for (const [, name] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    if (name === undefined || name in keptSchemas) continue
    const schema = published.components.schemas[name]
    keptSchemas[name] = later.has(name) ? { type: 'object' } : schema
    if (!later.has(name)) keepSchemasOf(schema)
  }
}

/** Schemas of the contract that no answer of ours is made of yet. */
function laterSchemaNames(): ReadonlySet<string> {
  const answers = operations.flatMap(({ schema }) => Object.values(schema.response))
  const text = JSON.stringify(answers.map(toWireSchema))
  const built = new Set(
    Object.keys(Object.assign({}, ...answers.map((one) => toWireSchema(one).$defs ?? {}))),
  )
  return new Set(
    [...text.matchAll(/"x-later":"([^"]+)"/g)].flatMap(([, name]) =>
      name && !built.has(name) ? [name] : [],
    ),
  )
}
