import pg from 'pg'

/** The driver's own: how the text of a type is read. */
type TypeParsers = Required<pg.CustomTypesConfig>

/** How the rows of one statement are read. */
interface RowLayout {
  readonly fields: readonly pg.FieldDef[]
  readonly parsers: readonly ((text: string) => unknown)[]
  /** A row of nulls. Made by `JSON.parse`, so that V8 copies it in one step: an object that grew by names is a dictionary. */
  readonly empty: pg.QueryResultRow
}

export interface RowLayouts {
  /** @param statement its name, which is the same for the same text */
  of(statement: string | undefined, fields: readonly pg.FieldDef[]): RowLayout
}

/**
 * The driver works out anew for each answer what its columns are called and how they are read, and makes each row of
 * a dictionary: two microseconds a column (measured), which is most of what a short read costs. Layouts are kept: a
 * statement's by its name, taken where the columns are the same, as after a migration they may be others; and that of
 * statements without a name by its columns.
 */
export function createRowLayouts(types: TypeParsers): RowLayouts {
  const ofStatements = new Map<string, RowLayout>()
  const ofColumns = new Map<string, RowLayout>()

  function byColumns(fields: readonly pg.FieldDef[]): RowLayout {
    const columns = fields.map(({ name, dataTypeID }) => `${dataTypeID} ${name}`).join('\n')
    const known = ofColumns.get(columns)
    if (known !== undefined) return known
    const layout = layoutOf(types, fields)
    // Searches choose among the columns of tables: there are never many, and to forget all is the simplest bound.
    if (ofColumns.size >= layoutsMax) ofColumns.clear()
    ofColumns.set(columns, layout)
    return layout
  }

  return {
    of(statement, fields) {
      if (statement === undefined) return byColumns(fields)
      const known = ofStatements.get(statement)
      if (known !== undefined && areSame(known.fields, fields)) return known
      const layout = byColumns(fields)
      // As many as there are names of statements (`createStatementNames`).
      ofStatements.set(statement, layout)
      return layout
    },
  }
}

const layoutsMax = 1_000

function layoutOf(types: TypeParsers, fields: readonly pg.FieldDef[]): RowLayout {
  const empty: pg.QueryResultRow = JSON.parse(
    JSON.stringify(Object.fromEntries(fields.map(({ name }) => [name, null]))),
  )
  return { fields, empty, parsers: fields.map(({ dataTypeID }) => types.getTypeParser(dataTypeID, 'text')) }
}

function areSame(known: readonly pg.FieldDef[], fields: readonly pg.FieldDef[]): boolean {
  if (known.length !== fields.length) return false
  for (let index = 0; index < fields.length; index++) {
    const [one, other] = [known[index], fields[index]]
    if (one?.name !== other?.name || one?.dataTypeID !== other?.dataTypeID) return false
  }
  return true
}

export interface Statement {
  readonly name: string | undefined
  readonly text: string
  readonly values: unknown[]
}

/** Sends a statement, and reads its rows by their layout. */
export function runLaidOut(
  client: pg.PoolClient,
  layouts: RowLayouts,
  { name, text, values }: Statement,
): Promise<pg.QueryResult> {
  return new Promise((resolve, reject) => {
    const query = new pg.Query(text, values, (error, result) => (error ? reject(error) : resolve(result)))
    const result = new LaidOutResult(layouts, name)
    // The driver has no way to say how rows are read but these fields of its own; the test beside would tell.
    Reflect.set(query, 'name', name)
    Reflect.set(query, '_result', result)
    Reflect.set(query, '_results', result)
    client.query(query)
  })
}

/** What the driver fills: it calls the two methods, whose names are its own. */
class LaidOutResult extends pg.Result {
  readonly #layouts: RowLayouts
  readonly #statement: string | undefined
  #layout: RowLayout | undefined

  constructor(layouts: RowLayouts, statement: string | undefined) {
    super('object', pg.types)
    // Left out, the connection gives its own, for what is not read here: texts of several statements.
    Reflect.set(this, '_types', undefined)
    this.#layouts = layouts
    this.#statement = statement
  }

  addFields(fields: pg.FieldDef[]): void {
    this.fields = fields
    this.#layout = this.#layouts.of(this.#statement, fields)
  }

  parseRow(values: readonly (string | null)[]): pg.QueryResultRow {
    const { fields, parsers, empty } = this.#layout ?? noLayout
    const row = { ...empty }
    for (let index = 0; index < values.length; index++) {
      const text = values[index]
      const name = fields[index]?.name
      if (name !== undefined) row[name] = text == null ? null : parsers[index]?.(text)
    }
    return row
  }
}

const noLayout: RowLayout = { fields: [], parsers: [], empty: {} }
