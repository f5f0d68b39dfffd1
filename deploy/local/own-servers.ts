import type { Settings } from './settings-file.ts'

type Variables = Readonly<Record<string, string | undefined>>

/**
 * The environment without the addresses of servers that an earlier `up` of this folder started, as a shell has them that
 * was given `.local/stack.json`'s: they are gone or about to be started, and would be waited for in vain.
 */
export function withoutOwnServers(environment: Variables, settings: Settings | undefined): Variables {
  if (!settings) return environment
  return Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => !isOwn(name, value, settings)),
  )
}

function isOwn(name: string, value: string | undefined, { passwords, ports }: Settings): boolean {
  switch (name) {
    case 'DATABASE_URL':
    case 'DATABASE_OWNER_URL': {
      // They are random, so that no other server's can be meant.
      const password = value && URL.parse(value)?.password
      return password === passwords.app || password === passwords.owner
    }
    case 'REDIS_URL':
      return ports.redis !== undefined && value === `redis://127.0.0.1:${ports.redis}`
    case 'TEMPORAL_ADDRESS':
      return ports.temporal !== undefined && value === `127.0.0.1:${ports.temporal}`
    default:
      return false
  }
}
