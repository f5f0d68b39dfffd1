import type { WireSchema } from '../src/wire/wire-schema.ts'

/** A schema together with the named ones that its references mean. */
export interface SchemaSource {
  readonly schema: WireSchema
  readonly named: Readonly<Record<string, WireSchema>>
}

/**
 * What of the published contract ours does not keep, each with its path: a missing field, another
 * type, another choice of values, a field that we need and the contract does not. More fields than the
 * contract has are no difference, as long as none of them is required.
 *
 * @param kind answers may leave out what the contract requires of nobody; requests may not need more than it
 */
export function compareWithContract(
  published: SchemaSource,
  ours: SchemaSource,
  kind: 'request' | 'answer',
): string[] {
  return compare(
    { kind, published: published.named, ours: ours.named },
    published.schema,
    ours.schema,
    '',
    depthMax,
  )
}

const depthMax = 12

interface Comparison {
  readonly kind: 'request' | 'answer'
  readonly published: Readonly<Record<string, WireSchema>>
  readonly ours: Readonly<Record<string, WireSchema>>
}

function compare(
  comparison: Comparison,
  left: WireSchema,
  right: WireSchema,
  path: string,
  depth: number,
): string[] {
  if (depth === 0) return []
  const published = resolve(left, comparison.published)
  const ours = resolve(right, comparison.ours)
  if (ours['x-later'] !== undefined) {
    return published.type === 'object' ? [] : [`${path}: ${published.type} in the contract, an object here`]
  }
  if (published.type !== ours.type) return [`${path}: ${published.type} in the contract, ${ours.type} here`]
  return [
    ...compareValues(published, ours, path),
    ...compareFields(comparison, published, ours, path, depth),
    ...compareInner(comparison, published.items, ours.items, `${path}[]`, depth),
    ...compareInner(comparison, asSchema(published), asSchema(ours), `${path}.*`, depth),
  ]
}

function compareFields(
  comparison: Comparison,
  published: WireSchema,
  ours: WireSchema,
  path: string,
  depth: number,
): string[] {
  const fields = published.properties ?? {}
  const problems = Object.entries(fields).flatMap(([name, schema]) => {
    const own = ours.properties?.[name]
    if (own === undefined) return [`${path}.${name}: missing`]
    return compare(comparison, schema, own, `${path}.${name}`, depth - 1)
  })
  if (comparison.kind === 'answer') return problems
  const needed = (ours.required ?? []).filter((name) => !published.required?.includes(name))
  return [...problems, ...needed.map((name) => `${path}.${name}: required here only`)]
}

function compareInner(
  comparison: Comparison,
  published: WireSchema | undefined,
  ours: WireSchema | undefined,
  path: string,
  depth: number,
): string[] {
  if (published === undefined) return []
  return ours === undefined ? [`${path}: missing`] : compare(comparison, published, ours, path, depth - 1)
}

function compareValues(published: WireSchema, ours: WireSchema, path: string): string[] {
  const [theirs, own] = [valuesOf(published), valuesOf(ours)]
  return theirs === own ? [] : [`${path}: values ${theirs} in the contract, ${own} here`]
}

function valuesOf({ enum: values, const: one }: WireSchema): string {
  const all = values ?? (one === undefined ? [] : [one])
  return all.map(String).sort().join(' ')
}

function asSchema({ additionalProperties }: WireSchema): WireSchema | undefined {
  return typeof additionalProperties === 'object' && Object.keys(additionalProperties).length > 0
    ? additionalProperties
    : undefined
}

/** Follows references and takes the nullable and "unset" wrappers off. */
function resolve(schema: WireSchema, named: Readonly<Record<string, WireSchema>>): WireSchema {
  const name = schema.$ref?.split('/').at(-1)
  if (name !== undefined) return resolve(named[name] ?? {}, named)
  const choices = schema.anyOf?.map((one) => resolve(one, named)).filter(hasType)
  return choices?.length === 1 ? { ...schema, ...choices[0] } : schema
}

function hasType({ type, properties }: WireSchema): boolean {
  return (
    type !== 'null' &&
    !(properties !== undefined && Object.keys(properties).length === 0) &&
    type !== undefined
  )
}
