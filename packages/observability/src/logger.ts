import { ecsFormat } from '@elastic/ecs-pino-format'
import { isSpanContextValid, trace } from '@opentelemetry/api'
import { type DestinationStream, type Logger, pino } from 'pino'
import { redactLine } from './redact.ts'
import { stackWithCauses } from './stack-with-causes.ts'
import { workContext } from './work-context.ts'

export interface LoggerOptions {
  readonly service: string
  readonly level: LogLevel
  readonly version?: string | undefined
  /** Where lines go; standard output unless given. */
  readonly destination?: DestinationStream | undefined
}

/**
 * A pino logger that writes ECS JSON lines with the ids of the active span and of the work context,
 * and without secrets or personal data, wherever in the line they are (see `redact.ts`).
 * Pass an error as `err`, it is told with all its causes; Fastify takes the logger as `loggerInstance`.
 */
export function createLogger(options: LoggerOptions): Logger {
  const format = ecsFormat({
    // Without the APM agent's look-up: trace ids come from OpenTelemetry, below.
    apmIntegration: false,
    convertReqRes: true,
    serviceName: options.service,
    ...(options.version === undefined ? {} : { serviceVersion: options.version }),
  })
  return pino(
    {
      ...format,
      formatters: { ...format.formatters, log: (fields) => withCauses(fields, format.formatters?.log) },
      level: options.level,
      mixin: idsOfWork,
      hooks: { streamWrite: redactLine },
    },
    options.destination ?? pino.destination(1),
  )
}

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]
export type { Logger }

type Fields = Record<string, unknown>

/** ECS has one place for an error, and its format only the outermost error's stack. */
function withCauses(fields: Fields, toEcs: (fields: Fields) => Fields = (same) => same): Fields {
  const ecs = toEcs(fields)
  const { err } = fields
  if (!(err instanceof Error)) return ecs
  return {
    ...ecs,
    error: { ...(typeof ecs.error === 'object' ? ecs.error : {}), stack_trace: stackWithCauses(err) },
  }
}

function idsOfWork(): Record<string, string | undefined> {
  const span = trace.getActiveSpan()?.spanContext()
  const work = workContext()
  // pino leaves undefined fields out.
  return {
    ...(span !== undefined && isSpanContextValid(span)
      ? { 'trace.id': span.traceId, 'span.id': span.spanId }
      : undefined),
    'http.request.id': work.requestId,
    'labels.tenant_id': work.tenantId,
    'labels.environment_id': work.environmentId,
    'labels.workflow_id': work.workflowId,
    'labels.run_id': work.runId,
    'labels.activity_id': work.activityId,
  }
}
