import { CodedError } from '@flexprice/domain'
import type { FastifyInstance } from 'fastify'

/** A body that is compressed, or in another charset than UTF-8, is refused before it is read: 415. */
export function refuseEncodings(app: FastifyInstance): void {
  app.addHook('onRequest', ({ headers }, _reply, done) => {
    const encoding = headers['content-encoding']
    if (encoding !== undefined && encoding.trim().toLowerCase() !== 'identity') {
      return done(new CodedError('unsupported_media_type', 'The body must not have a content-encoding'))
    }
    const charset = charsetOf(headers['content-type'] ?? '')
    if (charset !== undefined && !utf8Names.has(charset.toLowerCase())) {
      return done(new CodedError('unsupported_media_type', 'The body must be in the charset utf-8'))
    }
    done()
  })
}

/** ASCII is a part of it. */
const utf8Names = new Set(['utf-8', 'utf8', 'us-ascii'])

function charsetOf(contentType: string): string | undefined {
  return contentType.match(/;\s*charset\s*=\s*"?([^\s";]+)/i)?.[1]
}
