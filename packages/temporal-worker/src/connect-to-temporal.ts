import type { Logger } from '@flexprice/observability'
import { NativeConnection } from '@temporalio/worker'
import { retryUntilDone } from './retry-until-done.ts'
import type { WorkerConfig } from './worker-config.ts'

const namespaceTimeoutMs = 5_000

/** Connects once Temporal can be reached and has our namespace; waits for both with back-off. */
export async function connectToTemporal(
  { address, namespace, apiKey, tls }: WorkerConfig['temporal'],
  { logger, signal }: { logger: Logger; signal: AbortSignal },
): Promise<NativeConnection> {
  const connect = async (): Promise<NativeConnection> => {
    const connection = await NativeConnection.connect({
      address,
      ...(apiKey !== undefined && { apiKey }),
      ...(tls !== undefined && { tls }),
      // Saves 5–10 % CPU beside a server; over the internet (TLS) bytes count for more.
      grpcCompression: { codec: tls === undefined ? 'none' : 'gzip' },
    })
    try {
      await checkNamespace(connection, namespace)
    } catch (error) {
      await connection.close()
      throw error
    }
    return connection
  }
  return retryUntilDone('temporal', connect, { logger, signal })
}

/** Throws unless Temporal answers for the namespace. */
export async function checkNamespace(connection: NativeConnection, namespace: string): Promise<void> {
  await connection.withDeadline(Date.now() + namespaceTimeoutMs, () =>
    connection.workflowService.describeNamespace({ namespace }),
  )
}
