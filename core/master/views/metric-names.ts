const words = (text: string): readonly string[] => text.trim().split(/\s+/);
const prefixed = (prefix: string, names: string): readonly string[] =>
  words(names).map((name) => prefix + name);

const MESSAGES = `register_framework reregister_framework unregister_framework deactivate_framework
  kill_task status_update_acknowledgement operation_status_update_acknowledgement resource_request
  launch_tasks decline_offers revive_offers suppress_offers reconcile_tasks reconcile_operations
  framework_to_executor executor_to_framework register_slave reregister_slave unregister_slave
  status_update operation_status_update exited_executor update_slave authenticate`;
const CHECKED_MESSAGES = `framework_to_executor_messages executor_to_framework_messages
  status_updates status_update_acknowledgements operation_status_updates
  operation_status_update_acknowledgements`;
const AGENT_LIFE = `recovery_slave_removals slave_registrations slave_reregistrations
  slave_removals slave_removals/reason_unhealthy slave_removals/reason_unregistered
  slave_removals/reason_registered slave_shutdowns_scheduled slave_shutdowns_completed
  slave_shutdowns_canceled slave_unreachable_scheduled slave_unreachable_completed
  slave_unreachable_canceled`;
const OPERATIONS = `total pending recovering unreachable finished failed error dropped
  gone_by_operator`;

/**
 * The master's counters, without the `master/` in front. All are there from the start: exporters complain of every name
 * of Mesos that is missing. Those of task states by source and reason come to be when they are first counted.
 */
export const masterCounterNames: readonly string[] = [
  ...prefixed("messages_", MESSAGES),
  ...prefixed("valid_", CHECKED_MESSAGES),
  ...prefixed("invalid_", CHECKED_MESSAGES),
  ...prefixed("tasks_", "finished failed killed lost error dropped gone gone_by_operator"),
  ...words(AGENT_LIFE),
  ...prefixed("operations/", OPERATIONS),
  ...words("dropped_messages http_cache_hits"),
];

const STATISTICS = ` /count /min /max /p50 /p90 /p95 /p99 /p999 /p9999`;
const timer = (name: string): readonly string[] =>
  STATISTICS.split(" ").map((statistic) => name + statistic);

/** Names of Mesos for what this master does not measure: they stand at zero, unless its process knows better. */
export const masterZeroNames: readonly string[] = [
  ...prefixed("master/event_queue_", "messages dispatches http_requests"),
  "master/operator_event_stream_subscribers",
  ...prefixed("allocator/", "event_queue_dispatches mesos/event_queue_dispatches"),
  "allocator/mesos/allocation_runs",
  ...timer("allocator/mesos/allocation_run_ms"),
  ...timer("allocator/mesos/allocation_run_latency_ms"),
  ...prefixed("registrar/", "queued_operations registry_size_bytes state_fetch_ms"),
  ...timer("registrar/state_store_ms"),
  ...prefixed("registrar/log/", "ensemble_size recovered"),
];
