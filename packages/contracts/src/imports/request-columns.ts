import type { z } from 'zod'
import { toWireSchema, type WireSchema } from '../wire/wire-schema.ts'

/**
 * How a column's cells are read: as they are, as a number, as JSON, or as JSON beside which each name in it may have
 * a column of texts (`metadata.team`).
 */
export type CellKind = 'text' | 'number' | 'json' | 'texts'

/** The columns that a file of rows may have: the paths of the request's fields, with those of the objects in it. */
export type RequestColumns = Readonly<Record<string, CellKind>>

/** From the schema itself, so that a file has what its door has. */
export function requestColumns(schema: z.ZodType): RequestColumns {
  return Object.fromEntries(columnsBelow(toWireSchema(schema), ''))
}

function columnsBelow({ properties = {} }: WireSchema, head: string): [string, CellKind][] {
  return Object.entries(properties).flatMap(([name, field]): [string, CellKind][] => {
    const path = head + name
    return [[path, kindOf(field)], ...columnsBelow(field, `${path}.`)]
  })
}

function kindOf({ type, anyOf = [], additionalProperties }: WireSchema): CellKind {
  if (type === 'integer' || type === 'number') return 'number'
  if (type === 'string' || anyOf.some((one) => one.type === 'string')) return 'text'
  const holdsTexts =
    typeof additionalProperties === 'object' && kindOf({ ...additionalProperties }) === 'text'
  return holdsTexts ? 'texts' : 'json'
}
