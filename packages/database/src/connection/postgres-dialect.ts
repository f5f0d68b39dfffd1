import {
  type CompiledQuery,
  type Dialect,
  PostgresDialect,
  type PostgresPool,
  PostgresQueryCompiler,
  type QueryId,
  RawNode,
  type RootOperationNode,
} from 'kysely'

/**
 * Kysely's dialect, but with one compiler for all handles that keeps nothing. Kysely's own holds the parameters of its
 * last statement until the next one, for each handle: after a bulk of events of 28 MB a process kept as much for every
 * environment that had sent one.
 */
export function postgresDialect(pool: PostgresPool): Dialect {
  const dialect = new PostgresDialect({ pool })
  return {
    createDriver: () => dialect.createDriver(),
    createQueryCompiler: () => compiler,
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (db) => dialect.createIntrospector(db),
  }
}

/** Compiling is done at once, so that a process needs one only. */
class ForgetfulCompiler extends PostgresQueryCompiler {
  override compileQuery(node: RootOperationNode, queryId: QueryId): CompiledQuery {
    try {
      return super.compileQuery(node, queryId)
    } finally {
      super.compileQuery(nothing, queryId)
    }
  }
}

const nothing = RawNode.createWithSql('')
const compiler = new ForgetfulCompiler()
