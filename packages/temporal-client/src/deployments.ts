import { CodedError, notFound } from '@flexprice/domain'
import { type Client, isGrpcServiceError } from '@temporalio/client'
import { type CallOptions, call } from './call.ts'

/** One version of a worker, as Temporal knows it: since its first poll, until it is drained and nobody polls. */
export interface DeploymentVersion {
  /** The worker, `worker-price-sync`. */
  readonly deployment: string
  /** What its processes have as TEMPORAL_WORKER_BUILD_ID. */
  readonly version: string
  /**
   * `current`: new runs begin on it. `draining`: runs that began on it go on. `drained`: none does, as Temporal finds it
   * out some minutes later. `inactive`: never promoted.
   */
  readonly state: 'current' | 'ramping' | 'draining' | 'drained' | 'inactive'
  /** Runs that are on it now; the search behind it may be some seconds late. */
  readonly running: number
  /** Since when it is current. */
  readonly currentSince: Date | null
}

/** Versions of workers. Each call throws service_unavailable while Temporal is away. */
export interface Deployments {
  /** Of every deployment in the namespace; none where no worker is versioned. */
  versions(options?: CallOptions): Promise<DeploymentVersion[]>
  /**
   * New runs begin on this version from now on; those under way end on theirs. Safe to repeat, and to go back by.
   *
   * @returns the version that was current before, null if none was
   * @throws not_found before a worker of the version has polled; state_conflict when it does not poll any more, or not
   * each queue that the one before polls
   */
  promote(deployment: string, version: string, options?: CallOptions): Promise<string | null>
}

export function createDeployments(client: Client): Deployments {
  return {
    async versions(options) {
      const names = await deploymentNames(client, options)
      const versions = await Promise.all(names.map((name) => versionsOf(client, name, options)))
      return versions.flat()
    },
    async promote(deployment, version, options) {
      const { namespace } = client.options
      const known = await versionsOf(client, deployment, options)
      if (!known.some((one) => one.version === version)) {
        throw notFound(`Of ${deployment} the version`, version)
      }
      await call(
        client,
        () =>
          expectTaken(
            client.workflowService.setWorkerDeploymentCurrentVersion({
              namespace,
              deploymentName: deployment,
              buildId: version,
              identity: client.options.identity,
            }),
          ),
        options,
      )
      return known.find(({ state }) => state === 'current')?.version ?? null
    },
  }
}

const pageSize = 100
/** More pages than there can be workers: a server that never ends is not followed for ever. */
const pagesMax = 100

async function deploymentNames(client: Client, options?: CallOptions): Promise<string[]> {
  const { namespace } = client.options
  const names: string[] = []
  let nextPageToken: Uint8Array | undefined
  for (let page = 0; page < pagesMax; page++) {
    const request = { namespace, pageSize, ...(nextPageToken && { nextPageToken }) }
    const answer = await call(client, () => client.workflowService.listWorkerDeployments(request), options)
    names.push(...answer.workerDeployments.flatMap(({ name }) => (name ? [name] : [])))
    nextPageToken = answer.nextPageToken
    if (nextPageToken.length === 0) break
  }
  return names.toSorted()
}

/** The oldest first; none if there is no such deployment. */
async function versionsOf(
  client: Client,
  deployment: string,
  options?: CallOptions,
): Promise<DeploymentVersion[]> {
  const { namespace } = client.options
  const described = await call(
    client,
    () => orNone(client.workflowService.describeWorkerDeployment({ namespace, deploymentName: deployment })),
    options,
  )
  const summaries = described?.workerDeploymentInfo?.versionSummaries ?? []
  const versions = await Promise.all(
    summaries.map(async ({ deploymentVersion, status, createTime, currentSinceTime }) => {
      const version = deploymentVersion?.buildId ?? ''
      return {
        createdAt: Number(createTime?.seconds ?? 0) + (createTime?.nanos ?? 0) / nanosPerSecond,
        deployment,
        version,
        state: states[status ?? 0] ?? 'inactive',
        running: await runningOn(client, `${deployment}:${version}`, options),
        currentSince: currentSinceTime ? new Date(Number(currentSinceTime.seconds) * msPerSecond) : null,
      }
    }),
  )
  return versions.toSorted((a, b) => a.createdAt - b.createdAt).map(({ createdAt: _, ...version }) => version)
}

const nanosPerSecond = 1_000_000_000

async function runningOn(client: Client, version: string, options?: CallOptions): Promise<number> {
  const query = `TemporalWorkerDeploymentVersion = ${JSON.stringify(version)} AND ExecutionStatus = "Running"`
  const { count } = await call(client, () => client.workflow.count(query), options)
  return count
}

/** By Temporal's numbers. */
const states: Readonly<Record<number, DeploymentVersion['state']>> = {
  1: 'inactive',
  2: 'current',
  3: 'ramping',
  4: 'draining',
  5: 'drained',
}
const msPerSecond = 1_000
const grpcNotFound = 5
const grpcFailedPrecondition = 9

async function orNone<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer
  } catch (error) {
    if (isGrpcServiceError(error) && error.code === grpcNotFound) return undefined
    throw error
  }
}

/** Temporal's own words are the reason: which queue nobody of the version polls. */
async function expectTaken(answer: Promise<unknown>): Promise<void> {
  try {
    await answer
  } catch (error) {
    if (isGrpcServiceError(error) && error.code === grpcFailedPrecondition) {
      throw new CodedError('state_conflict', `Temporal refuses: ${error.details}`, { cause: error })
    }
    throw error
  }
}
