import { type Attributes, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api'
import { tracer } from './span.ts'

export interface SqlStatement {
  /** Text with placeholders; values must not be in it, as it is exported. */
  readonly statement: string
  readonly durationMs: number
  readonly error?: unknown
}

/**
 * Records a statement that has just ended as a client span below the active one; Kysely's `log` tells
 * of each statement only then. Without an active, sampled span it does nothing, so polls and probes
 * make no traces of one span. An error leaves its code and not its text, which may hold values.
 */
export function recordSqlSpan({ statement, durationMs, error }: SqlStatement): void {
  const parent = trace.getActiveSpan()?.spanContext()
  if (parent === undefined || (parent.traceFlags & TraceFlags.SAMPLED) === 0) return
  const end = Date.now()
  const { operation, table } = whatItDoes(statement)
  const attributes: Attributes = {
    'db.system.name': 'postgresql',
    'db.query.text': statement.slice(0, queryTextMax),
    'db.operation.name': operation,
    ...(table === undefined ? {} : { 'db.collection.name': table }),
  }
  const name = table === undefined ? operation : `${operation} ${table}`
  const span = tracer().startSpan(name, { kind: SpanKind.CLIENT, startTime: end - durationMs, attributes })
  if (error !== undefined && error !== null) {
    span.setAttributes(errorAttributes(error))
    span.setStatus({ code: SpanStatusCode.ERROR })
  }
  span.end(end)
}

/** Characters of a statement that are exported: set-based statements are long, and each span carries its own. */
const queryTextMax = 4_096
const sqlState = /^[0-9A-Z]{5}$/

/** Verb, and the table written to or first read from: few distinct names, so that traces group by them. */
function whatItDoes(statement: string): { operation: string; table: string | undefined } {
  const head = statement.slice(0, queryTextMax).replace(/^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/, '')
  const operation = /^[a-z]+/i.exec(head)?.[0].toUpperCase() ?? 'SQL'
  const target = targets[operation]?.exec(head)
  return { operation, table: target?.groups?.table }
}

const table = String.raw`(?:"?\w+"?\.)?"?(?<table>\w+)"?`
const targets: Readonly<Record<string, RegExp>> = {
  SELECT: new RegExp(String.raw`\sfrom\s+${table}`, 'i'),
  INSERT: new RegExp(String.raw`^insert\s+into\s+${table}`, 'i'),
  UPDATE: new RegExp(String.raw`^update\s+${table}`, 'i'),
  DELETE: new RegExp(String.raw`^delete\s+from\s+${table}`, 'i'),
}

function errorAttributes(error: unknown): Attributes {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (typeof code !== 'string') return { 'error.type': error instanceof Error ? error.name : 'unknown' }
  return { 'error.type': code, ...(sqlState.test(code) ? { 'db.response.status_code': code } : {}) }
}
