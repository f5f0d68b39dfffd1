import type { Scoped } from '@flexprice/database/connection'
import type { FastifyInstance } from 'fastify'
import { expect } from 'vitest'
import { z } from 'zod'

/** The holder of a key, who calls the API as an SDK would. */
export interface Caller {
  readonly scoped: Scoped
  readonly apiKey: string
  call(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>
  /** Makes a record, which has to work, and answers with its fields. */
  create(path: string, body: object): Promise<Created>
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: unknown
}

export type Created = z.output<typeof created>

export function createCaller(app: FastifyInstance, scoped: Scoped, apiKey: string): Caller {
  const call: Caller['call'] = async (method, path, body, headers = {}) => {
    const response = await app.inject({
      method,
      url: `/v1${path}`,
      headers: { 'x-api-key': apiKey, ...headers },
      ...(body === undefined ? {} : { payload: body }),
    })
    return {
      status: response.statusCode,
      headers: response.headers,
      body: response.body === '' ? undefined : response.json(),
    }
  }
  return {
    scoped,
    apiKey,
    call,
    async create(path, body) {
      const answer = await call('POST', path, body)
      expect(answer).toMatchObject({ status: 201 })
      return created.parse(answer.body)
    },
  }
}

/** What an answer says about bad fields: path → message. */
export function problemsOf(answer: Answer): Record<string, string> {
  const { details } = failed.parse(answer.body)
  return details.fields
}

const created = z.looseObject({ id: z.string() })
const failed = z.object({
  details: z.object({ fields: z.record(z.string(), z.string()) }),
})
