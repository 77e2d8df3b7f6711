/**
 * Why a back-up or a restore refuses. Each message says what to do.
 * - `file`: cannot be read or written. `not-a-backup`: another kind of file. `damaged`: cut off or altered.
 * - `newer-backup`: made by a newer Tocsin. `other-migrations`: made by a Tocsin whose migrations were other ones.
 * - `other-key`: its secrets were sealed with another key.
 * - `not-empty`: the database holds something, and nobody said that it may go. `foreign-tables`: it holds tables of other programs.
 * - `running`: a server works on the database.
 * - `never-used`: there is nothing to copy.
 */
export type BackupProblem =
  | 'file'
  | 'not-a-backup'
  | 'damaged'
  | 'newer-backup'
  | 'other-migrations'
  | 'other-key'
  | 'not-empty'
  | 'foreign-tables'
  | 'running'
  | 'never-used'

export class BackupError extends Error {
  readonly code: BackupProblem

  constructor(code: BackupProblem, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'BackupError'
    this.code = code
  }
}
