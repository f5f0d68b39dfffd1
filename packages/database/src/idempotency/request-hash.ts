import { createHash } from 'node:crypto'
import { stringify } from 'safe-stable-stringify'

/**
 * What is asked for, in whatever order its fields come and through whichever door: an item of a list is the
 * same request as one of its own. Not the plugin's fingerprint, which is that of the whole HTTP request.
 */
export function requestHash(asked: object): string {
  return createHash('sha256')
    .update(stringify(asked) ?? '')
    .digest('base64url')
}
