import { importTarget } from './import-target.ts'
import { importsOf, isTest, problem, type Source } from './source.ts'
import type { Package, Workspace } from './workspace.ts'

/** The rooms of a package from the ground up: each may use those before it. `top` are the files outside of rooms. */
interface Rooms {
  readonly rooms: readonly string[]
  readonly top: readonly string[]
  /** What is exported beside a door: files that are reached alone, for what they do not load. */
  readonly alone: RegExp
}

const never = /^$/

// The same nouns where packages hold the same thing: who looks for all that concerns a price finds three rooms.
const packageRooms: Readonly<Record<string, Rooms>> = {
  domain: {
    rooms: [
      'money',
      'time',
      'price',
      'entitlement',
      'usage',
      'subscription',
      'cycle',
      'invoice',
      'wallet',
      'payment',
      'credit-note',
      'change',
    ],
    top: ['assert', 'errors', 'index', 'scope'],
    alone: never,
  },
  contracts: {
    rooms: [
      'wire',
      'tenancy',
      'customers',
      'wallets',
      'grants',
      'catalog',
      'entitlements',
      'plans',
      'subscriptions',
      'usage',
      'events',
      'invoices',
      'payments',
      'credit-notes',
      'changes',
      'calculations',
      'price-sync',
      'billing',
      'imports',
      'operations',
      'workflows',
    ],
    top: [],
    alone: /^\.\/src\/workflows\/[a-z-]+\.ts$/,
  },
  database: {
    rooms: [
      'tables',
      'migrations',
      'connection',
      'search',
      'audit',
      'idempotency',
      'tenancy',
      'customers',
      'wallets',
      'grants',
      'entitlements',
      'catalog',
      'events',
      'subscriptions',
      'schedules',
      'line-items',
      'invoices',
      'payments',
      'credits',
      'credit-notes',
      'creation',
      'price-sync',
      'calculations',
      'changes',
      'billing',
      'imports',
    ],
    top: [],
    alone: /^\.\/src\/connection\/(migrate|database-settings)\.ts$/,
  },
}

export function roomProblems(workspace: Workspace): string[] {
  return Object.entries(packageRooms).flatMap(([name, rooms]) => {
    const pkg = workspace.packages.find(({ folder }) => folder === `packages/${name}`)
    if (!pkg) return []
    const sources = workspace.sources.filter(({ path }) => path.startsWith(`${pkg.folder}/src/`))
    return [
      ...doorProblems(pkg, rooms),
      ...sources.flatMap((source) => placeProblems(pkg, rooms, source)),
      ...sources.flatMap((source) => orderProblems(workspace, pkg, rooms, source)),
    ]
  })
}

/** One export path a room, which is its index file: nobody comes in past it. */
function doorProblems(pkg: Package, { rooms, alone }: Rooms): string[] {
  return Object.entries(pkg.exports).flatMap(([subpath, target]) => {
    const room = subpath.replace(/^\.\/?/, '')
    if (subpath === '.' ? target === './src/index.ts' : target === `./src/${room}/index.ts`) {
      if (subpath === '.' || rooms.includes(room)) return []
    }
    if (alone.test(target)) return []
    return [`${pkg.folder}/package.json:1 exports ${target} as ${subpath}: a room has one door, its index.ts`]
  })
}

function placeProblems(pkg: Package, { rooms, top }: Rooms, source: Source): string[] {
  const room = roomOf(pkg, source.path)
  if (rooms.includes(room) || room === 'testing')
    return source.path.endsWith('/index.ts') ? pastDoor(source) : []
  if (room === '' && top.includes(stemOf(source.path))) return []
  return [problem(source, 0, `lies in no room: its place is one of ${rooms.join(', ')} (tidy/room-rules.ts)`)]
}

/** A door offers what is in its room, not what lies next door. */
function pastDoor(source: Source): string[] {
  return importsOf(source)
    .filter(({ specifier }) => specifier.startsWith('../') && source.program.body.every(isReExport))
    .map(({ specifier, offset }) => problem(source, offset, `offers ${specifier} of another room`))
}

function isReExport({ type }: { readonly type: string }): boolean {
  return type.startsWith('Export')
}

/** Tests may look anywhere; what they need lies in `testing`. */
function orderProblems(workspace: Workspace, pkg: Package, { rooms }: Rooms, source: Source): string[] {
  if (isTest(source.path)) return []
  const own = rooms.indexOf(roomOf(pkg, source.path))
  return importsOf(source).flatMap(({ specifier, offset }) => {
    const target = importTarget(workspace, source.path, specifier)
    if (!target?.startsWith(`${pkg.folder}/src/`)) return []
    const room = roomOf(pkg, target)
    if (room === 'testing') return [problem(source, offset, `must not import ${specifier}: it is for tests`)]
    if (rooms.indexOf(room) <= own) return []
    return [
      problem(
        source,
        offset,
        `must not import ${specifier}: ${room} comes after ${rooms[own] ?? 'the top'} (tidy/room-rules.ts)`,
      ),
    ]
  })
}

/** '' for a file that lies beside the rooms. */
function roomOf(pkg: Package, path: string): string {
  const [room = '', ...rest] = path.slice(`${pkg.folder}/src/`.length).split('/')
  return rest.length === 0 ? '' : room
}

function stemOf(path: string): string {
  return path.replace(/^.*\/|(\.test)?\.ts$/g, '')
}
