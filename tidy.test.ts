import { readFileSync } from 'node:fs'
import { queueComponentProblems, registeredQueues } from '@flexprice/manifests/queue-component-rules'
import { serviceVariables } from '@flexprice/manifests/service-variables'
import { describe, expect, it } from 'vitest'
import { borderProblems } from './tidy/border-rules.ts'
import { circleProblems } from './tidy/circle-rules.ts'
import { clockProblems, idleReaders } from './tidy/clock-rules.ts'
import { configurationPageProblems, exampleProblems } from './tidy/configuration-rules.ts'
import { dependencyProblems } from './tidy/dependency-rules.ts'
import {
  barrelProblems,
  defaultExportProblems,
  environmentProblems,
  escapeProblems,
  purityProblems,
} from './tidy/language-rules.ts'
import { decisionProblems, nameProblems } from './tidy/name-rules.ts'
import { roomProblems } from './tidy/room-rules.ts'
import { sandboxProblems } from './tidy/sandbox-rules.ts'
import { sizeProblems } from './tidy/size-rules.ts'
import { testProblems } from './tidy/test-rules.ts'
import { textProblems } from './tidy/text-rules.ts'
import { workflowProblems } from './tidy/workflow-rules.ts'
import { readWorkspace } from './tidy/workspace.ts'

// The style guide as a test that runs. Each rule is a function in tidy/, tried there against what it must find.
const workspace = await readWorkspace()
const { files, sources, packages } = workspace

function expectNone(problems: readonly string[]): void {
  if (problems.length > 0) expect.fail(`${problems.length} found:\n${problems.join('\n')}`)
}

describe('the code', () => {
  it('is found: a rule over nothing would hold for ever', () => {
    expect(sources.length).toBeGreaterThan(50)
    expect(packages.length).toBeGreaterThan(9)
  })

  it('depends along the table of ARCHITECTURE.md only', () =>
    expectNone([...dependencyProblems(workspace), ...sources.flatMap(borderProblems)]))

  it('lies in rooms, each using the ones before it and reached by its own door', () =>
    expectNone(roomProblems(workspace)))

  it('has no two files that import each other, types included', () => expectNone(circleProblems(workspace)))

  it('of the workflow sandbox loads neither zod nor OpenTelemetry nor anything with effects', () =>
    expectNone(sandboxProblems(workspace)))

  it('reads the environment in config.ts only', () => expectNone(sources.flatMap(environmentProblems)))

  it('of the domain is pure', () => expectNone(sources.flatMap(purityProblems)))

  it('goes by the environment’s clock, but where the time of day is meant', () =>
    expectNone([...sources.flatMap(clockProblems), ...idleReaders(sources)]))

  it('has no `any`, no `!` and no `as` but at a border', () => expectNone(sources.flatMap(escapeProblems)))

  it('has named exports only', () => expectNone(sources.flatMap(defaultExportProblems)))

  it('has no barrel inside a package', () => {
    const entries = new Set(
      packages.flatMap(({ folder, exports }) =>
        Object.values(exports).map((target) => `${folder}/${target.replace('./', '')}`),
      ),
    )
    expectNone(sources.flatMap((source) => barrelProblems(source, entries)))
  })

  it('is in files of at most 250 lines and functions of at most 60', () =>
    expectNone(sources.flatMap(sizeProblems)))

  it('has no test that is skipped, and no module that is mocked', () =>
    expectNone(sources.flatMap(testProblems)))
})

describe('the project', () => {
  it('names its files and folders after what they do', () => expectNone(nameProblems(files)))

  it('numbers its decisions without gaps', () => expectNone(decisionProblems(files)))

  it('has every part of every workflow, and no part of none', () => expectNone(workflowProblems(workspace)))

  it('has a Kubernetes component for every queue, as its definition makes it', async () =>
    expectNone(queueComponentProblems(files, registeredQueues(await serviceVariables()))))

  it('says in docs/configuration.md and .env.example what its services read', async () => {
    const services = await serviceVariables()
    const localStack = sources.filter(({ path }) => path.startsWith('deploy/local/'))
    expectNone([
      ...configurationPageProblems(readFileSync('docs/configuration.md', 'utf8'), services),
      ...exampleProblems(
        readFileSync('.env.example', 'utf8'),
        services,
        localStack.map(({ text }) => text),
      ),
    ])
  })

  it('holds no secret, no registry and no path of one machine', () => {
    const texts = files.filter((path) => !/\.(png|ico|gz|wasm)$|^pnpm-lock\.yaml$/.test(path))
    expectNone(texts.flatMap((path) => textProblems(path, readFileSync(path, 'utf8'))))
  })
})
