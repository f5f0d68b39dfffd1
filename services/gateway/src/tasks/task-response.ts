import type { TaskResponse } from '@flexprice/contracts/imports'
import type { ImportTaskRow } from '@flexprice/database/imports'
import type { Scope } from '@flexprice/domain'

export function taskResponse(row: ImportTaskRow, { tenantId }: Scope): TaskResponse {
  return {
    id: row.id,
    tenant_id: tenantId,
    environment_id: row.environment_id,
    status: row.status,
    task_type: 'IMPORT',
    entity_type: row.entity_type,
    file_type: row.file_type,
    file_provider: row.file_provider,
    upload_id: row.upload_id ?? undefined,
    file_url: row.file_url ?? undefined,
    file_name: row.file_name ?? undefined,
    task_status: row.task_status,
    metadata: { ...row.metadata },
    total_records: row.task_status === 'COMPLETED' ? row.processed_records : undefined,
    processed_records: row.processed_records,
    successful_records: row.successful_records,
    failed_records: row.failed_records,
    created_records: row.created_records,
    updated_records: row.updated_records,
    duplicate_records: row.duplicate_records,
    conflict_records: row.conflict_records,
    unknown_columns: row.unknown_columns ? [...row.unknown_columns] : undefined,
    error_summary: row.error_summary ?? undefined,
    workflow_id: row.workflow_id,
    track_progress: row.track_progress,
    dry_run: row.dry_run,
    started_at: row.started_at ?? undefined,
    completed_at: row.completed_at ?? undefined,
    failed_at: row.failed_at ?? undefined,
    created_at: row.created_at,
    updated_at: row.updated_at,
    created_by: row.created_by,
    updated_by: row.updated_by,
  }
}
