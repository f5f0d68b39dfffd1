import type { Compilable, CompiledQuery, Kysely } from 'kysely'
import type { Tables } from '../tables/tables.ts'
import type { Scoped } from './connection.ts'

/**
 * A query with a constant text, built once a process: building costs a short read as much as sending it does.
 * `parameter(name)` stands in the builder for the value that each run gives.
 */
export function preparedQuery<Parameters extends Readonly<Record<string, unknown>>, Row>(
  build: (db: Kysely<Tables>, parameter: ParameterOf<Parameters>) => Compilable<Row>,
): (scoped: Scoped, parameters: Parameters) => Promise<Row[]> {
  let compiled: CompiledQuery<Row> | undefined
  return async ({ db }, parameters) => {
    compiled ??= build(db, placeholder).compile()
    const values = compiled.parameters.map((value) =>
      value instanceof Placeholder ? parameters[value.name] : value,
    )
    const { rows } = await db.executeQuery<Row>({ ...compiled, parameters: values })
    return rows
  }
}

type ParameterOf<Parameters> = <Name extends keyof Parameters & string>(name: Name) => Parameters[Name]

class Placeholder {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

function placeholder<Value>(name: string): Value {
  // tidy: border — the builder keeps it as a value that it does not look at, and a run puts the real one there.
  return new Placeholder(name) as Value
}
