/** Why flags of Mesos mean nothing here, with the flags that it holds for. */
const groups: readonly (readonly [reason: string, flags: string])[] = [
  ["there is no ZooKeeper contender, detector or registry yet", "zk zk_session_timeout quorum"],
  [
    "the registry is an embedded database, not a replicated log",
    "registry_strict log_auto_initialize",
  ],
  [
    "modules are JavaScript: name them by package or path under `modules` in the configuration",
    "modules",
  ],
  [
    "nobody has to authenticate or is authorized yet",
    `authenticate_frameworks authenticate_agents authenticate_slaves authenticate_http_readonly
    authenticate_http_readwrite authenticate_http_frameworks authenticate_http_executors authenticators
    http_framework_authenticators authentication_v0_timeout authentication_backoff_factor
    authentication_timeout_min authentication_timeout_max credential credentials http_credentials acls
    jwt_secret_key rate_limits firewall_rules`,
  ],
  [
    "the address is given by ip and hostname; nothing is looked up",
    "ip_discovery_command ip6 ip6_discovery_command hostname_lookup",
  ],
  [
    "the log goes to standard error; see --log-level and --log-format",
    "log_dir logbufsecs quiet initialize_driver_logging external_log_file",
  ],
  [
    "containers do not run from images yet",
    `image_providers image_provisioner_backend image_gc_config docker_registry docker_store_dir docker_config
    docker_ignore_runtime appc_store_dir appc_simple_discovery_uri_prefix docker docker_socket
    docker_mesos_image docker_kill_orphans docker_remove_delay docker_stop_timeout
    docker_volume_checkpoint_dir docker_volume_chown default_container_info default_container_dns
    sandbox_directory`,
  ],
  [
    "it is a parameter of a module here: see modules.parameters",
    `fetcher_cache_size fetcher_cache_dir fetcher_stall_timeout frameworks_home hadoop_home
    cgroups_hierarchy cgroups_root cgroups_destroy_timeout cgroups_enable_cfs cgroups_limit_swap
    cgroups_cpu_enable_pids_and_tids_count cgroups_net_cls_primary_handle
    cgroups_net_cls_secondary_handles allowed_devices revocable_cpu_low_priority perf_events perf_interval
    perf_duration effective_capabilities bounding_capabilities default_container_shm_size
    disallow_sharing_agent_ipc_namespace disallow_sharing_agent_pid_namespace seccomp_config_dir
    seccomp_profile_name nvidia_gpu_devices host_path_volume_force_creation container_disk_watch_interval
    enforce_container_disk_quota xfs_project_range xfs_kill_containers xfs_quota_headroom
    container_ports_watch_interval check_agent_port_range_only enforce_container_ports
    container_ports_isolated_range network_cni_plugins_dir network_cni_config_dir
    network_cni_root_dir_persist network_cni_metrics disk_profile_adaptor`,
  ],
  [
    "revocable resources are not lent out yet",
    "oversubscribed_resources_interval qos_correction_interval_min",
  ],
  ["sandboxes are not removed by the agent yet", "gc_delay gc_disk_headroom disk_watch_interval"],
  [
    "agents are marked unreachable as they are found so, without a limit yet",
    "agent_removal_rate_limit slave_removal_rate_limit",
  ],
  [
    "an agent always takes living executors over, and stops on any error of recovery",
    "recover strict",
  ],
  [
    "there is nothing like it here",
    `memory_profiling max_operator_event_stream_subscribers offer_constraints_re2_max_mem offer_constraints_re2_max_program_size
    max_executors_per_agent publish_per_framework_metrics webui_dir launcher_dir volume_gid_range
    http_heartbeat_interval executor_reregistration_retry_interval http_command_executor
    http_executor_domain_sockets domain_socket_location gc_non_executor_container_sandboxes
    agent_subsystems slave_subsystems systemd_enable_support systemd_runtime_directory
    ephemeral_ports_per_container eth0_name lo_name egress_rate_limit_per_container egress_rate_per_cpu
    minimum_egress_rate_limit maximum_egress_rate_limit egress_ceil_limit egress_burst
    egress_unique_flow_per_container egress_flow_classifier_parent ingress_rate_limit_per_container
    ingress_rate_per_cpu minimum_ingress_rate_limit maximum_ingress_rate_limit ingress_ceil_limit
    ingress_burst ingress_isolate_existing_containers network_link_speed
    network_enable_socket_statistics_summary network_enable_socket_statistics_details
    network_enable_snmp_statistics network_enable_rate_statistics network_rate_statistics_window
    network_rate_statistics_interval resource_provider_config_dir csi_plugin_config_dir agent_features`,
  ],
];

/** The flags of Mesos that have no counterpart, each with the reason. */
export const unsupportedMesosFlags: ReadonlyMap<string, string> = new Map(
  groups.flatMap(([reason, flags]) => flags.split(/\s+/).map((flag) => [flag, reason] as const)),
);
