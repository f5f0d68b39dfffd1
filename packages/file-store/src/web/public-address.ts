import { lookup as lookUp } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { invalid } from '@flexprice/domain'
import ipaddr from 'ipaddr.js'

export interface AddressRules {
  /** This machine itself may be asked, by http, too: for development. */
  readonly allowLoopback: boolean
}

/**
 * Addresses of private networks, of this machine and of clouds' metadata are not asked for files: whoever may name an
 * address must not reach by us what it cannot reach itself.
 *
 * @throws validation_error
 */
export function expectPublicUrl(url: URL, rules: AddressRules): void {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const isLocal = host === 'localhost' || (ipaddr.isValid(host) && rangeOf(host) === 'loopback')
  const mayBePlain = url.protocol === 'http:' && isLocal && rules.allowLoopback
  if (url.protocol !== 'https:' && !mayBePlain) throw refused(`${url.origin} is not reached by https`)
  if (url.username !== '' || url.password !== '') throw refused('the address must not have a password in it')
  if (ipaddr.isValid(host) && !isAllowed(host, rules)) throw refused(`${host} is not a public address`)
}

/** Of a name by DNS: the connection is made to what was looked at, and to nothing that is looked up once more. */
export function publicLookup(rules: AddressRules): LookupFunction {
  return (hostname, options, done) => {
    lookUp(hostname, { ...options, all: true }, (error, found) => {
      if (error) return done(error, [])
      const bad = found.find(({ address }) => !isAllowed(address, rules))
      if (bad || found.length === 0) return done(refused(`${hostname} is not a public address`), [])
      if (options.all) return done(null, found)
      const [first] = found
      done(null, first?.address ?? '', first?.family)
    })
  }
}

function isAllowed(address: string, { allowLoopback }: AddressRules): boolean {
  const range = rangeOf(address)
  return range === 'unicast' || (range === 'loopback' && allowLoopback)
}

/** `unicast` is what everybody may reach; an IPv4 address in IPv6's clothes is what it is. */
function rangeOf(address: string): string {
  return ipaddr.process(address).range()
}

function refused(message: string): Error {
  return invalid([{ path: 'file_url', message }])
}
