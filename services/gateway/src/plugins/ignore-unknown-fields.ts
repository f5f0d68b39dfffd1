import { dropUnknownFields } from '@flexprice/contracts/wire'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AppConfig } from '../config.ts'
import { preference } from '../preference.ts'

/**
 * Fields that an operation does not know are refused by name, unless the caller (`Prefer: handling=lenient`, RFC 7240)
 * or the process (`UNKNOWN_FIELDS=ignore`) would have them ignored: then the answer lists them in `x-ignored-fields`.
 * The caller's word goes before the process's. Registered behind `identifyRequests`: a request is what was sent.
 */
export function ignoreUnknownFields(
  app: FastifyInstance,
  { unknownFields }: Pick<AppConfig, 'unknownFields'>,
): void {
  app.decorateRequest('ignoredFields', null)
  app.addHook('onRequest', (request, reply, done) => {
    const handling = preference(request.headers.prefer, 'handling')
    const isKnown = handling === 'lenient' || handling === 'strict'
    if (isKnown) reply.header('preference-applied', `handling=${handling}`)
    if (handling === 'lenient' || (!isKnown && unknownFields === 'ignore')) request.ignoredFields = []
    done()
  })
  app.addHook('preValidation', (request, _reply, done) => {
    const { ignoredFields, routeOptions } = request
    const operation = routeOptions.config.operation
    // The doors of events do it themselves, without this schema library.
    if (ignoredFields !== null && operation !== undefined && operation.limit !== 'events') {
      const { querystring, body } = operation.schema
      if (querystring) noteIgnored(request, dropUnknownFields(querystring, request.query))
      if (body) noteIgnored(request, dropUnknownFields(body, request.body))
    }
    done()
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    const fields = request.ignoredFields ?? []
    if (fields.length > 0) reply.header('x-ignored-fields', headerOf(fields))
    done(null, payload)
  })
}

/** Remembers what was ignored. Only for requests whose unknown fields are ignored. */
export function noteIgnored({ ignoredFields }: FastifyRequest, paths: readonly string[]): void {
  const rest = fieldsMax + 1 - (ignoredFields?.length ?? 0)
  ignoredFields?.push(...paths.slice(0, Math.max(0, rest)))
}

const fieldsMax = 100
const pathLengthMax = 100
const headerLengthMax = 2_000

/** As many of the paths as a header can hold; `...` says that there were more. */
function headerOf(fields: readonly string[]): string {
  const told: string[] = []
  let length = 0
  for (const field of fields) {
    const path = headerSafe(field.slice(0, pathLengthMax))
    length += path.length + 2
    if (told.length === fieldsMax || length > headerLengthMax) return [...told, '...'].join(', ')
    told.push(path)
  }
  return told.join(', ')
}

/** Names are the caller's: what a header or its list cannot hold is percent-encoded. */
function headerSafe(path: string): string {
  return path.toWellFormed().replaceAll(/[^!-~]|[%,]/gu, encodeURIComponent)
}
