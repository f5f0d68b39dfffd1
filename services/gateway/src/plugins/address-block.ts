import { isIPv6 } from 'node:net'

/**
 * Whose an address is, for counting: an IPv4 address, or the /64 of an IPv6 one, as one customer line has all of
 * its addresses. An IPv4 address that is written as an IPv6 one counts as itself.
 */
export function addressBlock(address: string): string {
  const [plain = ''] = address.split('%')
  if (!isIPv6(plain)) return address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)
  if (mapped?.[1] !== undefined) return mapped[1]
  const [head = '', tail] = plain.replace(/\d+\.\d+\.\d+\.\d+$/, '0:0').split('::')
  const front = groupsOf(head)
  const back = groupsOf(tail ?? '')
  const zeros = Array.from({ length: groupsTotal - front.length - back.length }, () => '0')
  const groups = [...front, ...zeros, ...back].slice(0, groupsOfBlock)
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`
}

const groupsTotal = 8
const groupsOfBlock = 4

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':')
}
