import { type Operation, toWireSchema, type WireSchema } from '@flexprice/contracts/wire'
import type { WorkflowDefinition } from '@flexprice/contracts/workflows'

/** A field of a request that fits on a command line: a path's, a query's, or a body's of the first level. */
export interface OperationField {
  readonly place: 'params' | 'query' | 'body'
  /** As the operation calls it: `plan_id`. */
  readonly name: string
  /** As the command line calls it: `plan-id`. */
  readonly flag: string
  readonly type: 'string' | 'number' | 'boolean'
  readonly choices: readonly string[] | undefined
  readonly required: boolean
}

/** The fields that `run <workflow>` has options for; lists and objects come by `--json-input`. */
export function operationFields(operation: Operation, definition: WorkflowDefinition): OperationField[] {
  const { params, querystring, body } = operation.schema
  return [
    ...fieldsOf('params', params && toWireSchema(params)).map((field) =>
      // A path's `id` is that of the record it works on, and that needs its name.
      field.name === 'id' ? { ...field, flag: kebab(`${definition.entityType}_id`) } : field,
    ),
    ...fieldsOf('query', querystring && toWireSchema(querystring)),
    ...fieldsOf('body', body && toWireSchema(body)),
  ]
}

function fieldsOf(place: OperationField['place'], schema: WireSchema | undefined): OperationField[] {
  if (schema === undefined) return []
  const named = schema.$defs ?? {}
  const { properties = {}, required = [] } = resolved(schema, named)
  return Object.entries(properties).flatMap(([name, property]) => {
    const { type, enum: values } = resolved(property, named)
    const scalar = scalarTypes[type ?? '']
    if (scalar === undefined) return []
    const choices = values?.map(String)
    return [{ place, name, flag: kebab(name), type: scalar, choices, required: required.includes(name) }]
  })
}

const scalarTypes: Readonly<Record<string, OperationField['type']>> = {
  string: 'string',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
}

/** Follows references, and takes the nullable wrapper off. */
function resolved(schema: WireSchema, named: Readonly<Record<string, WireSchema>>): WireSchema {
  const name = schema.$ref?.split('/').at(-1)
  if (name !== undefined) return resolved(named[name] ?? {}, named)
  const choices = schema.anyOf?.map((one) => resolved(one, named)).filter(({ type }) => type !== 'null')
  return choices?.length === 1 ? { ...schema, ...choices[0] } : schema
}

function kebab(name: string): string {
  return name.replaceAll('_', '-')
}
