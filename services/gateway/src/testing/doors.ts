import { operations } from '@flexprice/contracts/operations'
import type { Operation } from '@flexprice/contracts/wire'
import { z } from 'zod'

/** A place in a request where a value goes in. */
export interface Door {
  readonly operation: Operation
  readonly part: 'params' | 'querystring' | 'body'
  /** From the part on; `0` is a list's item, `key` a map's. */
  readonly path: readonly (string | number)[]
  readonly type: DoorType
  readonly schema: JsonSchema
}

export type DoorType = 'text' | 'instant' | 'whole number' | 'number' | 'truth' | 'list' | 'object'

/** What is used of JSON Schema, as the contracts' zod schemas are written in it. */
export interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly minimum?: number
  readonly minItems?: number
  readonly items?: JsonSchema
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: JsonSchema | boolean
  readonly 'x-later'?: string
}

/** Every door of every operation: a new operation's or field's are among them without a line here. */
export function allDoors(): Door[] {
  return operations.flatMap((operation) =>
    parts.flatMap((part) => {
      const schema = partSchema(operation, part)
      return schema === undefined ? [] : doorsWithin(schema, [], { operation, part })
    }),
  )
}

const parts = ['params', 'querystring', 'body'] as const

export function partSchema(operation: Operation, part: Door['part']): JsonSchema | undefined {
  const schema = operation.schema[part]
  return (
    schema &&
    jsonSchema.parse(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }))
  )
}

const jsonSchema = z.custom<JsonSchema>((value) => typeof value === 'object' && value !== null)

function doorsWithin(schema: JsonSchema, path: Door['path'], of: Pick<Door, 'operation' | 'part'>): Door[] {
  const type = doorType(schema)
  const own: Door[] = path.length === 0 || type === undefined ? [] : [{ ...of, path, type, schema }]
  // Of fields that are not built only the whole is a door.
  if (schema['x-later'] !== undefined) return own
  const inner = [
    ...Object.entries(schema.properties ?? {}),
    ...(schema.items === undefined ? [] : [[0, schema.items] as const]),
    ...(typeof schema.additionalProperties === 'object'
      ? [['key', schema.additionalProperties] as const]
      : []),
  ]
  return [...own, ...inner.flatMap(([name, one]) => doorsWithin(one, [...path, name], of))]
}

function doorType({ type, format, ...schema }: JsonSchema): DoorType | undefined {
  if (type === 'string' || schema.enum !== undefined || typeof schema.const === 'string') {
    return format === 'date-time' ? 'instant' : 'text'
  }
  return typeof type === 'string' ? types[type] : undefined
}

const types: Readonly<Record<string, DoorType>> = {
  integer: 'whole number',
  number: 'number',
  boolean: 'truth',
  array: 'list',
  object: 'object',
}

/** `items[0].amount`, as answers name it. */
export function pathText(path: Door['path']): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('')
}
