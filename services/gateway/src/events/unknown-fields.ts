import type { UnknownFields } from '@flexprice/contracts/events'
import type { FastifyRequest } from 'fastify'
import { noteIgnored } from '../plugins/ignore-unknown-fields.ts'

/** @param place where in the request the fields are: `events[3].` */
export function unknownFieldsOf(request: FastifyRequest, place = ''): UnknownFields {
  if (request.ignoredFields === null) return 'refuse'
  return (names) =>
    noteIgnored(
      request,
      names.map((name) => `${place}${name}`),
    )
}
