import type { FieldProblem } from '@flexprice/domain'
import { Ajv, type ErrorObject } from 'ajv'
import { z } from 'zod'
import { instantRule, parseInstant } from '../wire/instant.ts'
import { ingestEventRequest } from './event.ts'
import { readProperties } from './event-properties.ts'

/**
 * One event as it was sent, at whatever door, by the contract's own schema in the form that validates five times
 * cheaper; or what is wrong with it, each bad field by its path.
 *
 * @param newId makes the id of one that brings none
 */
export function parseEvent(
  sent: unknown,
  newId: () => string,
  unknown: UnknownFields = 'refuse',
): ParsedEvent | readonly FieldProblem[] {
  if (!isEvent(sent)) {
    const errors = isEvent.errors ?? []
    return (
      (unknown !== 'refuse' && withoutUnknown(sent, newId, { errors, tell: unknown })) ||
      errors.map(fieldProblem)
    )
  }
  return newEvent(sent, newId)
}

/** As the event store takes it. */
export interface ParsedEvent {
  readonly eventId: string
  readonly eventName: string
  readonly externalCustomerId: string
  readonly customerId: string | null
  /** An RFC 3339 instant; null for the environment's now. */
  readonly timestamp: string | null
  readonly source: string | null
  readonly properties: Readonly<Record<string, unknown>>
  /** The same as text. */
  readonly propertiesJson: string
}

/** Refused by name, or taken out of the event and told. */
export type UnknownFields = 'refuse' | ((names: readonly string[]) => void)

function newEvent(
  sent: z.output<typeof ingestEventRequest>,
  newId: () => string,
): ParsedEvent | readonly FieldProblem[] {
  const problems: FieldProblem[] = []
  const timestamp = sent.timestamp === undefined || sent.timestamp === '' ? null : instantOf(sent.timestamp)
  if (timestamp === undefined) problems.push({ path: 'timestamp', message: instantRule })
  const properties = sent.properties ?? {}
  const propertiesJson = readProperties(properties)
  if (typeof propertiesJson !== 'string') problems.push(propertiesJson)
  if (timestamp === undefined || typeof propertiesJson !== 'string') return problems
  return {
    eventId: sent.event_id === undefined || sent.event_id === '' ? newId() : sent.event_id,
    eventName: sent.event_name,
    externalCustomerId: sent.external_customer_id,
    customerId: sent.customer_id === undefined || sent.customer_id === '' ? null : sent.customer_id,
    timestamp,
    source: sent.source === undefined || sent.source === '' ? null : sent.source,
    properties,
    propertiesJson,
  }
}

/** The event without what its schema does not know, parsed; undefined where there is nothing to take out. */
function withoutUnknown(
  sent: unknown,
  newId: () => string,
  { errors, tell }: { errors: readonly ErrorObject[]; tell: (names: readonly string[]) => void },
): ParsedEvent | readonly FieldProblem[] | undefined {
  const unknown = new Set(errors.flatMap(({ params }) => params.additionalProperty ?? []))
  if (unknown.size === 0 || typeof sent !== 'object' || sent === null) return undefined
  tell([...unknown].map(String))
  return parseEvent(Object.fromEntries(Object.entries(sent).filter(([name]) => !unknown.has(name))), newId)
}

export function isParsed(parsed: ParsedEvent | readonly FieldProblem[]): parsed is ParsedEvent {
  return !Array.isArray(parsed)
}

export const tooFarAhead: FieldProblem = {
  path: 'timestamp',
  message: 'is more than a day ahead of now',
}

export const contradicting: FieldProblem = {
  path: 'external_customer_id',
  message: 'is not that of customer_id',
}

const isEvent = new Ajv({ allErrors: true }).compile<z.output<typeof ingestEventRequest>>(
  z.toJSONSchema(ingestEventRequest, { io: 'input', target: 'draft-7' }),
)

/** As most clients write it, on days that its month has in each year: no part of it needs a closer look. */
const usual =
  /^(?:19[7-9]|2\d\d)\d-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,3})?Z$/

/** To the millisecond, in UTC; undefined for what is no instant. */
function instantOf(text: string): string | undefined {
  return usual.test(text) ? text : parseInstant(text)?.toISOString()
}

function fieldProblem({
  keyword,
  instancePath,
  params,
  message = 'is not valid',
}: ErrorObject): FieldProblem {
  const path = instancePath.slice(1).replaceAll('/', '.')
  switch (keyword) {
    case 'required':
      return { path: String(params.missingProperty), message: 'is required' }
    case 'additionalProperties':
      return { path: String(params.additionalProperty), message: 'is not a known field' }
    case 'minLength':
      return { path, message: 'must not be empty' }
    case 'maxLength':
      return { path, message: `is longer than ${params.limit} characters` }
    case 'pattern':
      return { path, message: 'contains a character that cannot be stored' }
    default:
      return { path, message: path === '' ? 'must be an object' : message }
  }
}
