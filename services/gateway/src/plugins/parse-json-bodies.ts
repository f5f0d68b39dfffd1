import { isUtf8 } from 'node:buffer'
import {
  hasDuplicateNames,
  isNestedDeeper,
  jsonDepthMax,
  needsExactJson,
  parseExactJson,
} from '@flexprice/contracts/wire'
import { CodedError, invalid } from '@flexprice/domain'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { atOnce, type LongWork, type Pieces } from '../long-work.ts'

/**
 * Bodies are JSON in UTF-8 and nothing else, and not endlessly deep. No digit of a number is lost, `__proto__` and a name
 * that an object has twice are refused, and an empty body counts as none: SDKs send the header without one.
 */
export function parseJsonBodies(app: FastifyInstance, longWork: LongWork): void {
  const parse = parserOf(app)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    const parsing = piecesOf(bytes, (body) => parse(request, body))
    if (bytes.length > atOnceBytesMax) {
      longWork.run(parsing).then((value) => done(null, value), done)
      return
    }
    let value: unknown
    try {
      value = atOnce(parsing)
    } catch (error) {
      return done(error instanceof Error ? error : new Error(String(error)))
    }
    done(null, value)
  })
}

/** Some milliseconds of work; a body of 28 MB is a fifth of a second. */
const atOnceBytesMax = 1024 * 1024

function* piecesOf(bytes: string | Buffer, parse: (body: string) => unknown): Pieces<unknown> {
  // Decoded anyway, a broken name would be stored with another character in it.
  if (typeof bytes === 'string' || !isUtf8(bytes)) {
    throw new CodedError('validation_error', 'The body is not valid UTF-8')
  }
  const body = bytes.toString('utf8')
  if (body.trim() === '') return undefined
  yield
  if (isNestedDeeper(body, jsonDepthMax)) {
    throw invalid([{ path: '', message: `The body is nested more than ${jsonDepthMax} deep` }])
  }
  yield
  const value = parse(body)
  yield
  if (hasDuplicateNames(body, value)) {
    throw invalid([{ path: '', message: 'An object of the body has a name twice' }])
  }
  yield
  return needsExactJson(body) ? parseExactJson(body) : value
}

/** Fastify's own, which refuses `__proto__`. It calls back before it returns. */
function parserOf(app: FastifyInstance): (request: FastifyRequest, body: string) => unknown {
  const parse = app.getDefaultJsonParser('error', 'error')
  return (request, body) => {
    let parsed: { readonly error: Error | null; readonly value?: unknown } | undefined
    parse(request, body, (error, value) => {
      parsed = { error, value }
    })
    if (parsed?.error == null) return parsed?.value
    throw isJson(body) ? forbiddenName(body) : parsed.error
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** What is JSON and refused all the same has a name in it that would reach into every object. */
function forbiddenName(body: string): CodedError {
  const path = body.includes('__proto__') ? '__proto__' : 'constructor.prototype'
  return invalid([{ path, message: 'is not a known field' }])
}
