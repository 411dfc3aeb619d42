import type { PlanNode } from './plan_tree.ts'

/** The task counts of a plan by Citus, those of its subplans with it; none: Citus had no part in it. */
export function taskCounts(plan: unknown): readonly number[] {
  if (Array.isArray(plan)) return plan.flatMap(taskCounts)
  if (typeof plan !== 'object' || plan === null) return []
  return Object.entries(plan).flatMap(([field, value]) =>
    // What a shard makes of its task is that shard's plan, and says nothing of the cluster.
    field === 'Task Count' ? [value as number] : field === 'Remote Plan' ? [] : taskCounts(value),
  )
}

/** Whether each part of a statement goes to one shard: "Citus Adaptive" with one task, in it and in all of its subplans. */
export const isRouted = (plan: PlanNode): boolean => {
  const counts = taskCounts(plan)
  return counts.length > 0 && counts.every(count => count === 1)
}
