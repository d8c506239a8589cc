// Written by scripts/kubernetes/generate.sh from the Go types of k8s.io/api v0.37.2; edits are lost.
export const KINDS = `
admissionregistration.k8s.io/v1 MutatingAdmissionPolicy:MutatingAdmissionPolicy MutatingAdmissionPolicyBinding:MutatingAdmissionPolicyBinding MutatingWebhookConfiguration:MutatingWebhookConfiguration ValidatingAdmissionPolicy:ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding:ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration:ValidatingWebhookConfiguration
admissionregistration.k8s.io/v1alpha1 MutatingAdmissionPolicy:MutatingAdmissionPolicy MutatingAdmissionPolicyBinding:MutatingAdmissionPolicyBinding ValidatingAdmissionPolicy:ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding:ValidatingAdmissionPolicyBinding
admissionregistration.k8s.io/v1beta1 MutatingAdmissionPolicy:MutatingAdmissionPolicy MutatingAdmissionPolicyBinding:MutatingAdmissionPolicyBinding MutatingWebhookConfiguration:MutatingWebhookConfiguration2 ValidatingAdmissionPolicy:ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding:ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration:ValidatingWebhookConfiguration2
apiregistration.k8s.io/v1 APIService:APIService
apps/v1 ControllerRevision:ControllerRevision DaemonSet:DaemonSet Deployment:Deployment ReplicaSet:ReplicaSet StatefulSet:StatefulSet
apps/v1beta1 ControllerRevision:ControllerRevision Deployment:Deployment2 StatefulSet:StatefulSet2
apps/v1beta2 ControllerRevision:ControllerRevision DaemonSet:DaemonSet Deployment:Deployment ReplicaSet:ReplicaSet StatefulSet:StatefulSet
autoscaling/v1 HorizontalPodAutoscaler:HorizontalPodAutoscaler
autoscaling/v2 HorizontalPodAutoscaler:HorizontalPodAutoscaler2
batch/v1 CronJob:CronJob Job:Job
batch/v1beta1 CronJob:CronJob
certificates.k8s.io/v1 CertificateSigningRequest:CertificateSigningRequest ClusterTrustBundle:ClusterTrustBundle PodCertificateRequest:PodCertificateRequest
certificates.k8s.io/v1alpha1 ClusterTrustBundle:ClusterTrustBundle
certificates.k8s.io/v1beta1 CertificateSigningRequest:CertificateSigningRequest2 ClusterTrustBundle:ClusterTrustBundle PodCertificateRequest:PodCertificateRequest2
coordination.k8s.io/v1 Lease:Lease
coordination.k8s.io/v1alpha2 LeaseCandidate:LeaseCandidate
coordination.k8s.io/v1beta1 Lease:Lease LeaseCandidate:LeaseCandidate
discovery.k8s.io/v1 EndpointSlice:EndpointSlice
discovery.k8s.io/v1beta1 EndpointSlice:EndpointSlice2
events.k8s.io/v1 Event:Event2
events.k8s.io/v1beta1 Event:Event2
extensions/v1beta1 DaemonSet:DaemonSet2 Deployment:Deployment2 Ingress:Ingress NetworkPolicy:NetworkPolicy ReplicaSet:ReplicaSet2
flowcontrol.apiserver.k8s.io/v1 FlowSchema:FlowSchema PriorityLevelConfiguration:PriorityLevelConfiguration
flowcontrol.apiserver.k8s.io/v1beta1 FlowSchema:FlowSchema PriorityLevelConfiguration:PriorityLevelConfiguration2
flowcontrol.apiserver.k8s.io/v1beta2 FlowSchema:FlowSchema PriorityLevelConfiguration:PriorityLevelConfiguration2
flowcontrol.apiserver.k8s.io/v1beta3 FlowSchema:FlowSchema PriorityLevelConfiguration:PriorityLevelConfiguration3
internal.apiserver.k8s.io/v1alpha1 StorageVersion:StorageVersion
lifecycle.k8s.io/v1alpha1 EvictionRequest:EvictionRequest
networking.k8s.io/v1 IPAddress:IPAddress Ingress:Ingress2 IngressClass:IngressClass NetworkPolicy:NetworkPolicy ServiceCIDR:ServiceCIDR
networking.k8s.io/v1beta1 IPAddress:IPAddress Ingress:Ingress IngressClass:IngressClass ServiceCIDR:ServiceCIDR
node.k8s.io/v1 RuntimeClass:RuntimeClass
node.k8s.io/v1alpha1 RuntimeClass:RuntimeClass2
node.k8s.io/v1beta1 RuntimeClass:RuntimeClass
policy/v1 PodDisruptionBudget:PodDisruptionBudget
policy/v1beta1 PodDisruptionBudget:PodDisruptionBudget
rbac.authorization.k8s.io/v1 ClusterRole:ClusterRole ClusterRoleBinding:ClusterRoleBinding Role:Role RoleBinding:ClusterRoleBinding
rbac.authorization.k8s.io/v1alpha1 ClusterRole:ClusterRole2 ClusterRoleBinding:ClusterRoleBinding2 Role:Role2 RoleBinding:ClusterRoleBinding2
rbac.authorization.k8s.io/v1beta1 ClusterRole:ClusterRole ClusterRoleBinding:ClusterRoleBinding Role:Role RoleBinding:ClusterRoleBinding
resource.k8s.io/v1 DeviceClass:DeviceClass DeviceTaintRule:DeviceTaintRule ResourceClaim:ResourceClaim2 ResourceClaimTemplate:ResourceClaimTemplate ResourceSlice:ResourceSlice
resource.k8s.io/v1alpha3 DeviceTaintRule:DeviceTaintRule ResourcePoolStatusRequest:ResourcePoolStatusRequest
resource.k8s.io/v1beta1 DeviceClass:DeviceClass ResourceClaim:ResourceClaim3 ResourceClaimTemplate:ResourceClaimTemplate2 ResourceSlice:ResourceSlice2
resource.k8s.io/v1beta2 DeviceClass:DeviceClass DeviceTaintRule:DeviceTaintRule ResourceClaim:ResourceClaim2 ResourceClaimTemplate:ResourceClaimTemplate ResourceSlice:ResourceSlice
scheduling.k8s.io/v1 PriorityClass:PriorityClass
scheduling.k8s.io/v1alpha3 CompositePodGroup:CompositePodGroup PodGroup:PodGroup Workload:Workload
scheduling.k8s.io/v1beta1 PodGroup:PodGroup PriorityClass:PriorityClass Workload:Workload2
storage.k8s.io/v1 CSIDriver:CSIDriver CSINode:CSINode CSIStorageCapacity:CSIStorageCapacity StorageClass:StorageClass VolumeAttachment:VolumeAttachment VolumeAttributesClass:VolumeAttributesClass
storage.k8s.io/v1alpha1 CSIStorageCapacity:CSIStorageCapacity VolumeAttachment:VolumeAttachment VolumeAttributesClass:VolumeAttributesClass
storage.k8s.io/v1beta1 CSIDriver:CSIDriver CSINode:CSINode CSIStorageCapacity:CSIStorageCapacity StorageClass:StorageClass VolumeAttachment:VolumeAttachment VolumeAttributesClass:VolumeAttributesClass
storagemigration.k8s.io/v1 StorageVersionMigration:StorageVersionMigration
storagemigration.k8s.io/v1beta1 StorageVersionMigration:StorageVersionMigration
v1 ConfigMap:ConfigMap Endpoints:Endpoints Event:Event LimitRange:LimitRange Namespace:Namespace Node:Node PersistentVolume:PersistentVolume PersistentVolumeClaim:PersistentVolumeClaim Pod:Pod PodTemplate:PodTemplate RangeAllocation:RangeAllocation ReplicationController:ReplicationController ResourceQuota:ResourceQuota Secret:Secret Service:Service ServiceAccount:ServiceAccount
`;

export const MESSAGES = `
APIService 1=metadata:ObjectMeta 2=spec:APIServiceSpec 3=status:APIServiceStatus
APIServiceSpec 1?service:ServiceReference2 2~group:s 3~version:s 4~insecureSkipTLSVerify:b 5~caBundle:x 7=groupPriorityMinimum:i 8=versionPriority:i
APIServiceStatus 1?conditions:[ReplicationControllerCondition
AWSElasticBlockStoreVolumeSource 1=volumeID:s 2~fsType:s 3~partition:i 4~readOnly:b
Affinity 1?nodeAffinity:NodeAffinity 2?podAffinity:PodAffinity 3?podAntiAffinity:PodAffinity
AggregationRule 1?clusterRoleSelectors:[LabelSelector
AllocatedDeviceStatus 1=driver:s 2=pool:s 3=device:s 7?shareID:s 4-conditions:[Condition 5?data:j 6?networkData:NetworkDeviceData
AllocationResult 1=devices:DeviceAllocationResult 3?nodeSelector:NodeSelector 5?allocationTimestamp:t
ApplyConfiguration 1~expression:s
AttachedVolume 1=name:s 2=devicePath:s
AuditAnnotation 1=key:s 2=valueExpression:s
AzureDiskVolumeSource 1=diskName:s 2=diskURI:s 3?cachingMode:s 4?fsType:s 5?readOnly:b 6?kind:s
AzureFilePersistentVolumeSource 1=secretName:s 2=shareName:s 3~readOnly:b 4-secretNamespace:s
AzureFileVolumeSource 1=secretName:s 2=shareName:s 3~readOnly:b
BasicDevice 1?attributes:{DeviceAttribute 2?capacity:{DeviceCapacity 3?consumesCounters:[DeviceCounterConsumption 4?nodeName:s 5?nodeSelector:NodeSelector 6?allNodes:b 7?taints:[Taint 8?bindsToNode:b 9?bindingConditions:[s 10?bindingFailureConditions:[s 11?allowMultipleAllocations:b 14?nodeAllocatableResources:{NodeAllocatableResource
CELDeviceSelector 1=expression:s
CSIDriver 1=metadata:ObjectMeta 2=spec:CSIDriverSpec
CSIDriverSpec 1?attachRequired:b 2?podInfoOnMount:b 3?volumeLifecycleModes:[s 4?storageCapacity:b 5?fsGroupPolicy:s 6?tokenRequests:[TokenRequest 7?requiresRepublish:b 8?seLinuxMount:b 9?nodeAllocatableUpdatePeriodSeconds:i 10?serviceAccountTokenInSecrets:b 11?preventPodSchedulingIfMissing:b
CSINode 1=metadata:ObjectMeta 2=spec:CSINodeSpec 3=status:CSINodeStatus
CSINodeDriver 1=name:s 2=nodeID:s 3-topologyKeys:[s 4?allocatable:VolumeNodeResources
CSINodeSpec 1-drivers:[CSINodeDriver
CSINodeStatus 1?storageHealth:[StorageHealth
CSIPersistentVolumeSource 1=driver:s 2=volumeHandle:s 3~readOnly:b 4~fsType:s 5?volumeAttributes:{s 6?controllerPublishSecretRef:SecretReference 7?nodeStageSecretRef:SecretReference 8?nodePublishSecretRef:SecretReference 9?controllerExpandSecretRef:SecretReference 10?nodeExpandSecretRef:SecretReference
CSIStorageCapacity 1=metadata:ObjectMeta 2?nodeTopology:LabelSelector 3=storageClassName:s 4?capacity:q 5?maximumVolumeSize:q
CSIVolumeSource 1=driver:s 2?readOnly:b 3?fsType:s 4?volumeAttributes:{s 5?nodePublishSecretRef:LocalObjectReference
Capabilities 1?add:[s 2?drop:[s
CapacityRequestPolicy 1-default:q 3?validValues:[q 4?validRange:CapacityRequestPolicyRange
CapacityRequestPolicyRange 1?min:q 2?max:q 3?step:q
CapacityRequirements 1?requests:{q
CephFSPersistentVolumeSource 1-monitors:[s 2~path:s 3~user:s 4~secretFile:s 5?secretRef:SecretReference 6~readOnly:b
CephFSVolumeSource 1-monitors:[s 2~path:s 3~user:s 4~secretFile:s 5?secretRef:LocalObjectReference 6~readOnly:b
CertificateSigningRequest 1=metadata:ObjectMeta 2=spec:CertificateSigningRequestSpec 3=status:CertificateSigningRequestStatus
CertificateSigningRequest2 1=metadata:ObjectMeta 2=spec:CertificateSigningRequestSpec2 3=status:CertificateSigningRequestStatus
CertificateSigningRequestCondition 1=type:s 6=status:s 2~reason:s 3~message:s 4=lastUpdateTime:t 5=lastTransitionTime:t
CertificateSigningRequestSpec 1-request:x 7=signerName:s 8?expirationSeconds:i 5?usages:[s 2~username:s 3~uid:s 4?groups:[s 6?extra:{l
CertificateSigningRequestSpec2 1-request:x 7?signerName:s 8?expirationSeconds:i 5?usages:[s 2~username:s 3~uid:s 4?groups:[s 6?extra:{l
CertificateSigningRequestStatus 1?conditions:[CertificateSigningRequestCondition 2~certificate:x
CinderPersistentVolumeSource 1=volumeID:s 2~fsType:s 3~readOnly:b 4?secretRef:SecretReference
CinderVolumeSource 1=volumeID:s 2~fsType:s 3~readOnly:b 4?secretRef:LocalObjectReference
ClientIPConfig 1?timeoutSeconds:i
ClusterRole 1=metadata:ObjectMeta 2-rules:[PolicyRule 3?aggregationRule:AggregationRule
ClusterRole2 1=metadata:ObjectMeta 2-rules:[PolicyRule2 3?aggregationRule:AggregationRule
ClusterRoleBinding 1=metadata:ObjectMeta 2?subjects:[Subject2 3=roleRef:RoleRef
ClusterRoleBinding2 1=metadata:ObjectMeta 2?subjects:[Subject3 3=roleRef:RoleRef
ClusterTrustBundle 1=metadata:ObjectMeta 2=spec:ClusterTrustBundleSpec
ClusterTrustBundleProjection 1?name:s 2?signerName:s 3?labelSelector:LabelSelector 5?optional:b 4=path:s 6?user:i
ClusterTrustBundleSpec 1~signerName:s 2=trustBundle:s
CompositeGangSchedulingPolicy 1=minGroupCount:i
CompositePodGroup 1=metadata:ObjectMeta 2=spec:CompositePodGroupSpec 3=status:ServiceCIDRStatus
CompositePodGroupSchedulingPolicy 1?basic:WorkloadPodGroupBasicSchedulingPolicy 2?gang:CompositeGangSchedulingPolicy
CompositePodGroupSpec 1?parentCompositePodGroupName:s 2-workloadRef:WorkloadReference 3=schedulingPolicy:CompositePodGroupSchedulingPolicy 4?schedulingConstraints:WorkloadPodGroupSchedulingConstraints 5?disruptionMode:WorkloadPodGroupDisruptionMode 6~priorityClassName:s 7?priority:i 8?preemptionPolicy:s
CompositePodGroupTemplate 1=name:s 2=schedulingPolicy:CompositePodGroupSchedulingPolicy 3?schedulingConstraints:WorkloadPodGroupSchedulingConstraints 4?disruptionMode:WorkloadPodGroupDisruptionMode 5~priorityClassName:s 6?priority:i 7?preemptionPolicy:s 8?podGroupTemplates:[PodGroupTemplate 9?compositePodGroupTemplates:[CompositePodGroupTemplate
CompositePodGroupTemplate2 1=name:s 2=schedulingPolicy:CompositePodGroupSchedulingPolicy 3?schedulingConstraints:WorkloadPodGroupSchedulingConstraints 4?disruptionMode:WorkloadPodGroupDisruptionMode 5~priorityClassName:s 6?priority:i 7?preemptionPolicy:s 8?podGroupTemplates:[PodGroupTemplate 9?compositePodGroupTemplates:[CompositePodGroupTemplate2
Condition 1=type:s 2=status:s 3~observedGeneration:i 4=lastTransitionTime:t 5=reason:s 6=message:s
ConfigMap 1=metadata:ObjectMeta 4?immutable:b 2?data:{s 3?binaryData:{x
ConfigMapEnvSource 1>LocalObjectReference 2?optional:b
ConfigMapKeySelector 1>LocalObjectReference 2=key:s 3?optional:b
ConfigMapNodeConfigSource 1=namespace:s 2=name:s 3~uid:s 4~resourceVersion:s 5=kubeletConfigKey:s
ConfigMapVolumeSource 1>LocalObjectReference 2?items:[KeyToPath 3?defaultMode:i 4?optional:b 5?defaultUser:i
Container 1=name:s 2~image:s 3?command:[s 4?args:[s 5~workingDir:s 6?ports:[ContainerPort 19?envFrom:[EnvFromSource 7?env:[EnvVar 8=resources:ResourceRequirements 23?resizePolicy:[ContainerResizePolicy 24?restartPolicy:s 25?restartPolicyRules:[ContainerRestartRule 9?volumeMounts:[VolumeMount 21?volumeDevices:[AttachedVolume 10?livenessProbe:Probe 11?readinessProbe:Probe 22?startupProbe:Probe 12?lifecycle:Lifecycle 13~terminationMessagePath:s 20~terminationMessagePolicy:s 14~imagePullPolicy:s 15?securityContext:SecurityContext 16~stdin:b 17~stdinOnce:b 18~tty:b
ContainerExtendedResourceRequest 1=containerName:s 2=resourceName:s 3=requestName:s
ContainerImage 1-names:[s 2~sizeBytes:i
ContainerPort 1~name:s 2~hostPort:i 3=containerPort:i 4~protocol:s 5~hostIP:s
ContainerResizePolicy 1=resourceName:s 2=restartPolicy:s
ContainerResourceMetricSource 1=name:s 2=target:MetricTarget 3=container:s
ContainerResourceMetricStatus 1=name:s 2=current:MetricValueStatus 3=container:s
ContainerRestartRule 1~action:s 2?exitCodes:ContainerRestartRuleOnExitCodes
ContainerRestartRuleOnExitCodes 1~operator:s 2?values:[i
ContainerState 1?waiting:ContainerStateWaiting 2?running:ContainerStateRunning 3?terminated:ContainerStateTerminated
ContainerStateRunning 1=startedAt:t
ContainerStateTerminated 1=exitCode:i 2~signal:i 3~reason:s 4~message:s 5=startedAt:t 6=finishedAt:t 7~containerID:s
ContainerStateWaiting 1~reason:s 2~message:s
ContainerStatus 1=name:s 2=state:ContainerState 3=lastState:ContainerState 4=ready:b 5=restartCount:i 6=image:s 7=imageID:s 8~containerID:s 9?started:b 10?allocatedResources:{q 11?resources:ResourceRequirements 12?volumeMounts:[VolumeMountStatus 13?user:ContainerUser 14?allocatedResourcesStatus:[ResourceStatus 15?stopSignal:s
ContainerUser 1?linux:LinuxContainerUser
ControllerRevision 1=metadata:ObjectMeta 2=data:j 3=revision:i
Counter 1=value:q
CounterSet 1=name:s 2?counters:{Counter
CronJob 1=metadata:ObjectMeta 2=spec:CronJobSpec 3=status:CronJobStatus
CronJobSpec 1=schedule:s 8?timeZone:s 2?startingDeadlineSeconds:i 3~concurrencyPolicy:s 4?suspend:b 5=jobTemplate:JobTemplateSpec 6?successfulJobsHistoryLimit:i 7?failedJobsHistoryLimit:i
CronJobStatus 1?active:[ObjectReference 4?lastScheduleTime:t 5?lastSuccessfulTime:t
CrossVersionObjectReference 1=kind:s 2=name:s 3~apiVersion:s
DaemonEndpoint 1=Port:i
DaemonSet 1=metadata:ObjectMeta 2=spec:DaemonSetSpec 3=status:DaemonSetStatus
DaemonSet2 1=metadata:ObjectMeta 2=spec:DaemonSetSpec2 3=status:DaemonSetStatus
DaemonSetSpec 1-selector:LabelSelector 2=template:PodTemplateSpec 3=updateStrategy:DaemonSetUpdateStrategy 4~minReadySeconds:i 6?revisionHistoryLimit:i
DaemonSetSpec2 1?selector:LabelSelector 2=template:PodTemplateSpec 3=updateStrategy:DaemonSetUpdateStrategy 4~minReadySeconds:i 5~templateGeneration:i 6?revisionHistoryLimit:i
DaemonSetStatus 1=currentNumberScheduled:i 2=numberMisscheduled:i 3=desiredNumberScheduled:i 4=numberReady:i 5~observedGeneration:i 6~updatedNumberScheduled:i 7~numberAvailable:i 8~numberUnavailable:i 9?collisionCount:i 10?conditions:[ReplicationControllerCondition
DaemonSetUpdateStrategy 1~type:s 2?rollingUpdate:RollingUpdateDaemonSet
Deployment 1=metadata:ObjectMeta 2=spec:DeploymentSpec 3=status:DeploymentStatus
Deployment2 1=metadata:ObjectMeta 2=spec:DeploymentSpec2 3=status:DeploymentStatus
DeploymentCondition 1=type:s 2=status:s 6=lastUpdateTime:t 7=lastTransitionTime:t 4~reason:s 5~message:s
DeploymentSpec 1?replicas:i 2-selector:LabelSelector 3=template:PodTemplateSpec 4=strategy:DaemonSetUpdateStrategy 5~minReadySeconds:i 6?revisionHistoryLimit:i 7~paused:b 9?progressDeadlineSeconds:i
DeploymentSpec2 1?replicas:i 2?selector:LabelSelector 3=template:PodTemplateSpec 4=strategy:DaemonSetUpdateStrategy 5~minReadySeconds:i 6?revisionHistoryLimit:i 7~paused:b 8?rollbackTo:RollbackConfig 9?progressDeadlineSeconds:i
DeploymentStatus 1~observedGeneration:i 2~replicas:i 3~updatedReplicas:i 7~readyReplicas:i 4~availableReplicas:i 5~unavailableReplicas:i 9?terminatingReplicas:i 6?conditions:[DeploymentCondition 8?collisionCount:i
Device 1=name:s 2?attributes:{DeviceAttribute 3?capacity:{DeviceCapacity 4?consumesCounters:[DeviceCounterConsumption 5?nodeName:s 6?nodeSelector:NodeSelector 7?allNodes:b 8?taints:[Taint 9?bindsToNode:b 10?bindingConditions:[s 11?bindingFailureConditions:[s 12?allowMultipleAllocations:b 14?nodeAllocatableResources:{NodeAllocatableResource
Device2 1=name:s 2?basic:BasicDevice
DeviceAllocationConfiguration 1=source:s 2?requests:[s 3>DeviceConfiguration
DeviceAllocationResult 1?results:[DeviceRequestAllocationResult 2?config:[DeviceAllocationConfiguration
DeviceAttribute 2?int:i 3?bool:b 4?string:s 5?version:s 6?ints:[i 7?bools:[b 8?strings:[s 9?versions:[s
DeviceCapacity 1=value:q 2?requestPolicy:CapacityRequestPolicy
DeviceClaim 1-requests:[DeviceRequest 2?constraints:[DeviceConstraint 3?config:[DeviceClaimConfiguration
DeviceClaim2 1-requests:[DeviceRequest2 2?constraints:[DeviceConstraint 3?config:[DeviceClaimConfiguration
DeviceClaimConfiguration 1?requests:[s 2>DeviceConfiguration
DeviceClass 1=metadata:ObjectMeta 2=spec:DeviceClassSpec
DeviceClassConfiguration 1>DeviceConfiguration
DeviceClassSpec 1?selectors:[DeviceSelector 2?config:[DeviceClassConfiguration 4?extendedResourceName:s
DeviceConfiguration 1?opaque:OpaqueDeviceConfiguration
DeviceConstraint 1?requests:[s 2?matchAttribute:s 3?distinctAttribute:s
DeviceCounterConsumption 1=counterSet:s 2?counters:{Counter 3?compatibilityGroups:[s
DeviceRequest 1=name:s 2?exactly:ExactDeviceRequest 3?firstAvailable:[DeviceSubRequest
DeviceRequest2 1=name:s 2=deviceClassName:s 3?selectors:[DeviceSelector 4~allocationMode:s 5~count:i 6?adminAccess:b 7?firstAvailable:[DeviceSubRequest2 8?tolerations:[Toleration 9?capacity:CapacityRequirements 10?derivedAttributes:[Variable
DeviceRequestAllocationResult 1=request:s 2=driver:s 3=pool:s 4=device:s 5?adminAccess:b 6?tolerations:[Toleration 7?bindingConditions:[s 8?bindingFailureConditions:[s 9?shareID:s 10?consumedCapacity:{q 11?skipNodeOperations:[s
DeviceSelector 1?cel:CELDeviceSelector
DeviceSubRequest 1=name:s 2=deviceClassName:s 3?selectors:[DeviceSelector 4~allocationMode:s 5~count:i 6?tolerations:[Toleration 7?capacity:CapacityRequirements 8?derivedAttributes:[Variable
DeviceSubRequest2 1=name:s 2=deviceClassName:s 3?selectors:[DeviceSelector 4~allocationMode:s 5~count:i 7?tolerations:[Toleration 8?capacity:CapacityRequirements 9?derivedAttributes:[Variable
DeviceTaintRule 1=metadata:ObjectMeta 2=spec:DeviceTaintRuleSpec 3=status:ServiceCIDRStatus
DeviceTaintRuleSpec 1?deviceSelector:DeviceTaintSelector 2=taint:Taint
DeviceTaintSelector 2?driver:s 3?pool:s 4?device:s
DownwardAPIProjection 1?items:[DownwardAPIVolumeFile
DownwardAPIVolumeFile 1=path:s 2?fieldRef:ObjectFieldSelector 3?resourceFieldRef:ResourceFieldSelector 4?mode:i 5?user:i
DownwardAPIVolumeSource 1?items:[DownwardAPIVolumeFile 2?defaultMode:i 3?defaultUser:i
EmptyDirVolumeSource 1~medium:s 2?sizeLimit:q 3?mode:i
Endpoint 1-addresses:[s 2=conditions:EndpointConditions 3?hostname:s 4?targetRef:ObjectReference 5?deprecatedTopology:{s 6?nodeName:s 7?zone:s 8?hints:EndpointHints
Endpoint2 1-addresses:[s 2=conditions:EndpointConditions 3?hostname:s 4?targetRef:ObjectReference 5?topology:{s 6?nodeName:s 7?hints:EndpointHints
EndpointAddress 1=ip:s 3~hostname:s 4?nodeName:s 2?targetRef:ObjectReference
EndpointConditions 1?ready:b 2?serving:b 3?terminating:b
EndpointHints 1?forZones:[PodOS 2?forNodes:[PodOS
EndpointPort 1~name:s 2=port:i 3~protocol:s 4?appProtocol:s
EndpointPort2 1?name:s 2?protocol:s 3?port:i 4?appProtocol:s
EndpointSlice 1=metadata:ObjectMeta 4=addressType:s 2-endpoints:[Endpoint 3-ports:[EndpointPort2
EndpointSlice2 1=metadata:ObjectMeta 4=addressType:s 2-endpoints:[Endpoint2 3-ports:[EndpointPort2
EndpointSubset 1?addresses:[EndpointAddress 2?notReadyAddresses:[EndpointAddress 3?ports:[EndpointPort
Endpoints 1=metadata:ObjectMeta 2?subsets:[EndpointSubset
EnvFromSource 1~prefix:s 2?configMapRef:ConfigMapEnvSource 3?secretRef:ConfigMapEnvSource
EnvVar 1=name:s 2~value:s 3?valueFrom:EnvVarSource
EnvVarSource 1?fieldRef:ObjectFieldSelector 2?resourceFieldRef:ResourceFieldSelector 3?configMapKeyRef:ConfigMapKeySelector 4?secretKeyRef:ConfigMapKeySelector 5?fileKeyRef:FileKeySelector
EphemeralContainer 1>Container 2~targetContainerName:s
EphemeralVolumeSource 1?volumeClaimTemplate:PersistentVolumeClaimTemplate
Event 1=metadata:ObjectMeta 2=involvedObject:ObjectReference 3~reason:s 4~message:s 5=source:EventSource 6=firstTimestamp:t 7=lastTimestamp:t 8~count:i 9~type:s 10=eventTime:m 11?series:EventSeries 12~action:s 13?related:ObjectReference 14=reportingComponent:s 15=reportingInstance:s
Event2 1=metadata:ObjectMeta 2=eventTime:m 3?series:EventSeries2 4~reportingController:s 5~reportingInstance:s 6~action:s 7~reason:s 8=regarding:ObjectReference 9?related:ObjectReference 10~note:s 11~type:s 12=deprecatedSource:EventSource 13=deprecatedFirstTimestamp:t 14=deprecatedLastTimestamp:t 15~deprecatedCount:i
EventSeries 1~count:i 2=lastObservedTime:m
EventSeries2 1=count:i 2=lastObservedTime:m
EventSource 1~component:s 2~host:s
EvictionRequest 1=metadata:ObjectMeta 2=spec:EvictionRequestSpec 3=status:EvictionRequestStatus
EvictionRequestPodReference 1=name:s 2=uid:s
EvictionRequestSpec 1=target:EvictionRequestTarget 2=requester:s 3=intent:s
EvictionRequestStatus 1?conditions:[Condition 2?observedGeneration:i
EvictionRequestTarget 1?pod:EvictionRequestPodReference
EvictionResponder 1=name:s 2-priority:i
ExactDeviceRequest 1=deviceClassName:s 2?selectors:[DeviceSelector 3~allocationMode:s 4~count:i 5?adminAccess:b 6?tolerations:[Toleration 7?capacity:CapacityRequirements 8?derivedAttributes:[Variable
ExecAction 1?command:[s
ExemptPriorityLevelConfiguration 1?nominalConcurrencyShares:i 2?lendablePercent:i
ExpressionWarning 2=fieldRef:s 3=warning:s
FCVolumeSource 1?targetWWNs:[s 2?lun:i 3~fsType:s 4~readOnly:b 5?wwids:[s
FileKeySelector 1=volumeName:s 2=path:s 3=key:s 4?optional:b
FlexPersistentVolumeSource 1=driver:s 2~fsType:s 3?secretRef:SecretReference 4~readOnly:b 5?options:{s
FlexVolumeSource 1=driver:s 2~fsType:s 3?secretRef:LocalObjectReference 4~readOnly:b 5?options:{s
FlockerVolumeSource 1~datasetName:s 2~datasetUUID:s
FlowDistinguisherMethod 1=type:s
FlowSchema 1=metadata:ObjectMeta 2=spec:FlowSchemaSpec 3=status:FlowSchemaStatus
FlowSchemaCondition 1~type:s 2~status:s 3=lastTransitionTime:t 4~reason:s 5~message:s
FlowSchemaSpec 1=priorityLevelConfiguration:PodOS 2=matchingPrecedence:i 3?distinguisherMethod:FlowDistinguisherMethod 4?rules:[PolicyRulesWithSubjects
FlowSchemaStatus 1?conditions:[FlowSchemaCondition
GCEPersistentDiskVolumeSource 1=pdName:s 2~fsType:s 3~partition:i 4~readOnly:b
GRPCAction 1=port:i 2-service:s 3?mode:s
GangSchedulingPolicy 1=minCount:i
GitRepoVolumeSource 1=repository:s 2~revision:s 3~directory:s
GlusterfsPersistentVolumeSource 1=endpoints:s 2=path:s 3~readOnly:b 4?endpointsNamespace:s
GlusterfsVolumeSource 1=endpoints:s 2=path:s 3~readOnly:b
GroupResource 1=group:s 2=resource:s
HPAScalingPolicy 1=type:s 2=value:i 3=periodSeconds:i
HPAScalingRules 3?stabilizationWindowSeconds:i 1?selectPolicy:s 2?policies:[HPAScalingPolicy 4?tolerance:q
HTTPGetAction 1~path:s 2=port:o 3~host:s 4~scheme:s 5?httpHeaders:[HTTPHeader 6?protocol:s
HTTPHeader 1=name:s 2=value:s
HTTPIngressPath 1~path:s 3?pathType:s 2=backend:IngressBackend
HTTPIngressPath2 1~path:s 3-pathType:s 2=backend:IngressBackend2
HTTPIngressRuleValue 1-paths:[HTTPIngressPath
HTTPIngressRuleValue2 1-paths:[HTTPIngressPath2
HorizontalPodAutoscaler 1=metadata:ObjectMeta 2=spec:HorizontalPodAutoscalerSpec 3=status:HorizontalPodAutoscalerStatus
HorizontalPodAutoscaler2 1=metadata:ObjectMeta 2=spec:HorizontalPodAutoscalerSpec2 3=status:HorizontalPodAutoscalerStatus2
HorizontalPodAutoscalerBehavior 1?scaleUp:HPAScalingRules 2?scaleDown:HPAScalingRules
HorizontalPodAutoscalerCondition 1=type:s 2=status:s 3=lastTransitionTime:t 4~reason:s 5~message:s 6?observedGeneration:i
HorizontalPodAutoscalerSpec 1=scaleTargetRef:CrossVersionObjectReference 2?minReplicas:i 3=maxReplicas:i 4?targetCPUUtilizationPercentage:i
HorizontalPodAutoscalerSpec2 1=scaleTargetRef:CrossVersionObjectReference 2?minReplicas:i 3=maxReplicas:i 4?metrics:[MetricSpec 5?behavior:HorizontalPodAutoscalerBehavior
HorizontalPodAutoscalerStatus 1?observedGeneration:i 2?lastScaleTime:t 3=currentReplicas:i 4=desiredReplicas:i 5?currentCPUUtilizationPercentage:i
HorizontalPodAutoscalerStatus2 1?observedGeneration:i 2?lastScaleTime:t 3~currentReplicas:i 4=desiredReplicas:i 5-currentMetrics:[MetricStatus 6?conditions:[HorizontalPodAutoscalerCondition
HostAlias 1=ip:s 2?hostnames:[s
HostIP 1=ip:s
HostPathVolumeSource 1=path:s 2?type:s
IPAddress 1=metadata:ObjectMeta 2=spec:IPAddressSpec
IPAddressSpec 1?parentRef:ParentReference
IPBlock 1=cidr:s 2?except:[s
ISCSIPersistentVolumeSource 1=targetPortal:s 2=iqn:s 3=lun:i 4~iscsiInterface:s 5~fsType:s 6~readOnly:b 7?portals:[s 8~chapAuthDiscovery:b 11~chapAuthSession:b 10?secretRef:SecretReference 12?initiatorName:s
ISCSIVolumeSource 1=targetPortal:s 2=iqn:s 3=lun:i 4~iscsiInterface:s 5~fsType:s 6~readOnly:b 7?portals:[s 8~chapAuthDiscovery:b 11~chapAuthSession:b 10?secretRef:LocalObjectReference 12?initiatorName:s
ImageVolumeSource 1~reference:s 2~pullPolicy:s
ImageVolumeStatus 1~imageRef:s
Ingress 1=metadata:ObjectMeta 2=spec:IngressSpec 3=status:IngressStatus
Ingress2 1=metadata:ObjectMeta 2=spec:IngressSpec2 3=status:IngressStatus
IngressBackend 1~serviceName:s 2=servicePort:o 3?resource:TypedLocalObjectReference
IngressBackend2 4?service:IngressServiceBackend 3?resource:TypedLocalObjectReference
IngressClass 1=metadata:ObjectMeta 2=spec:IngressClassSpec
IngressClassParametersReference 1?apiGroup:s 2=kind:s 3=name:s 4-scope:s 5?namespace:s
IngressClassSpec 1~controller:s 2?parameters:IngressClassParametersReference
IngressLoadBalancerIngress 1~ip:s 2~hostname:s 4?ports:[PortStatus
IngressLoadBalancerStatus 1?ingress:[IngressLoadBalancerIngress
IngressRule 1~host:s 2>IngressRuleValue
IngressRule2 1~host:s 2>IngressRuleValue2
IngressRuleValue 1?http:HTTPIngressRuleValue
IngressRuleValue2 1?http:HTTPIngressRuleValue2
IngressServiceBackend 1=name:s 2=port:ServiceBackendPort
IngressSpec 4?ingressClassName:s 1?backend:IngressBackend 2?tls:[IngressTLS 3?rules:[IngressRule
IngressSpec2 4?ingressClassName:s 1?defaultBackend:IngressBackend2 2?tls:[IngressTLS 3?rules:[IngressRule2
IngressStatus 1=loadBalancer:IngressLoadBalancerStatus
IngressTLS 1?hosts:[s 2~secretName:s
Job 1=metadata:ObjectMeta 2=spec:JobSpec 3=status:JobStatus
JobSchedulingConfiguration 1?schedulingPolicy:WorkloadPodGroupSchedulingPolicy 2?schedulingConstraints:WorkloadPodGroupSchedulingConstraints 3?disruptionMode:WorkloadPodGroupDisruptionMode 4?resourceClaims:[WorkloadPodGroupResourceClaim
JobSpec 1?parallelism:i 2?completions:i 3?activeDeadlineSeconds:i 11?podFailurePolicy:PodFailurePolicy 16?successPolicy:SuccessPolicy 7?backoffLimit:i 12?backoffLimitPerIndex:i 13?maxFailedIndexes:i 4?selector:LabelSelector 5?manualSelector:b 6=template:PodTemplateSpec 8?ttlSecondsAfterFinished:i 9?completionMode:s 10?suspend:b 14?podReplacementPolicy:s 15?managedBy:s 17?scheduling:JobSchedulingConfiguration
JobStatus 1?conditions:[PersistentVolumeClaimCondition 2?startTime:t 3?completionTime:t 4~active:i 5~succeeded:i 6~failed:i 11?terminating:i 7~completedIndexes:s 10?failedIndexes:s 8?uncountedTerminatedPods:UncountedTerminatedPods 9?ready:i
JobTemplateSpec 1=metadata:ObjectMeta 2=spec:JobSpec
KeyToPath 1=key:s 2=path:s 3?mode:i 4?user:i
LabelSelector 1?matchLabels:{s 2?matchExpressions:[NodeSelectorRequirement
Lease 1=metadata:ObjectMeta 2=spec:LeaseSpec
LeaseCandidate 1=metadata:ObjectMeta 2=spec:LeaseCandidateSpec
LeaseCandidateSpec 1=leaseName:s 2?pingTime:m 3?renewTime:m 4=binaryVersion:s 5~emulationVersion:s 6~strategy:s
LeaseSpec 1?holderIdentity:s 2?leaseDurationSeconds:i 3?acquireTime:m 4?renewTime:m 5?leaseTransitions:i 6?strategy:s 7?preferredHolder:s
Lifecycle 1?postStart:LifecycleHandler 2?preStop:LifecycleHandler 3?stopSignal:s
LifecycleHandler 1?exec:ExecAction 2?httpGet:HTTPGetAction 3?tcpSocket:TCPSocketAction 4?sleep:SleepAction
LimitRange 1=metadata:ObjectMeta 2=spec:LimitRangeSpec
LimitRangeItem 1=type:s 2?max:{q 3?min:{q 4?default:{q 5?defaultRequest:{q 6?maxLimitRequestRatio:{q
LimitRangeSpec 1-limits:[LimitRangeItem
LimitResponse 1=type:s 2?queuing:QueuingConfiguration
LimitedPriorityLevelConfiguration 1-nominalConcurrencyShares:i 2=limitResponse:LimitResponse 3?lendablePercent:i 4?borrowingLimitPercent:i
LimitedPriorityLevelConfiguration2 1=assuredConcurrencyShares:i 2=limitResponse:LimitResponse 3?lendablePercent:i 4?borrowingLimitPercent:i
LimitedPriorityLevelConfiguration3 1=nominalConcurrencyShares:i 2=limitResponse:LimitResponse 3?lendablePercent:i 4?borrowingLimitPercent:i
LinuxContainerUser 1=uid:i 2=gid:i 3?supplementalGroups:[i
LoadBalancerIngress 1~ip:s 2~hostname:s 3?ipMode:s 4?ports:[PortStatus
LoadBalancerStatus 1?ingress:[LoadBalancerIngress
LocalObjectReference 1~name:s
LocalVolumeSource 1=path:s 2?fsType:s
ManagedFieldsEntry 1~manager:s 2~operation:s 3~apiVersion:s 4?time:t 6~fieldsType:s 7?fieldsV1:j 8~subresource:s
MatchResources 1?namespaceSelector:LabelSelector 2?objectSelector:LabelSelector 3?resourceRules:[NamedRuleWithOperations 4?excludeResourceRules:[NamedRuleWithOperations 7?matchPolicy:s
MetricIdentifier 1=name:s 2?selector:LabelSelector
MetricSpec 1=type:s 2?object:ObjectMetricSource 3?pods:PodsMetricSource 4?resource:ResourceMetricSource 7?containerResource:ContainerResourceMetricSource 5?external:PodsMetricSource
MetricStatus 1=type:s 2?object:ObjectMetricStatus 3?pods:PodsMetricStatus 4?resource:ResourceMetricStatus 7?containerResource:ContainerResourceMetricStatus 5?external:PodsMetricStatus
MetricTarget 1=type:s 2?value:q 3?averageValue:q 4?averageUtilization:i
MetricValueStatus 1?value:q 2?averageValue:q 3?averageUtilization:i
ModifyVolumeStatus 1~targetVolumeAttributesClassName:s 2=status:s
MutatingAdmissionPolicy 1=metadata:ObjectMeta 2=spec:MutatingAdmissionPolicySpec
MutatingAdmissionPolicyBinding 1=metadata:ObjectMeta 2=spec:MutatingAdmissionPolicyBindingSpec
MutatingAdmissionPolicyBindingSpec 1~policyName:s 2?paramRef:ParamRef 3?matchResources:MatchResources
MutatingAdmissionPolicySpec 1?paramKind:ParamKind 2?matchConstraints:MatchResources 3?variables:[Variable 4?mutations:[Mutation 5?failurePolicy:s 6?matchConditions:[Variable 7~reinvocationPolicy:s
MutatingWebhook 1=name:s 2=clientConfig:WebhookClientConfig 3?rules:[RuleWithOperations 4?failurePolicy:s 9?matchPolicy:s 5?namespaceSelector:LabelSelector 11?objectSelector:LabelSelector 6-sideEffects:s 7?timeoutSeconds:i 8-admissionReviewVersions:[s 10?reinvocationPolicy:s 12?matchConditions:[Variable
MutatingWebhook2 1=name:s 2=clientConfig:WebhookClientConfig 3?rules:[RuleWithOperations 4?failurePolicy:s 9?matchPolicy:s 5?namespaceSelector:LabelSelector 11?objectSelector:LabelSelector 6?sideEffects:s 7?timeoutSeconds:i 8?admissionReviewVersions:[s 10?reinvocationPolicy:s 12?matchConditions:[Variable
MutatingWebhookConfiguration 1=metadata:ObjectMeta 2?webhooks:[MutatingWebhook
MutatingWebhookConfiguration2 1=metadata:ObjectMeta 2?webhooks:[MutatingWebhook2
Mutation 2=patchType:s 3?applyConfiguration:ApplyConfiguration 4?jsonPatch:ApplyConfiguration
NFSVolumeSource 1=server:s 2=path:s 3~readOnly:b
NamedRuleWithOperations 1?resourceNames:[s 2>RuleWithOperations
Namespace 1=metadata:ObjectMeta 2=spec:NamespaceSpec 3=status:NamespaceStatus
NamespaceCondition 1=type:s 2=status:s 4=lastTransitionTime:t 5~reason:s 6~message:s
NamespaceSpec 1?finalizers:[s
NamespaceStatus 1~phase:s 2?conditions:[NamespaceCondition
NetworkDeviceData 1~interfaceName:s 2?ips:[s 3~hardwareAddress:s
NetworkPolicy 1=metadata:ObjectMeta 2=spec:NetworkPolicySpec
NetworkPolicyEgressRule 1?ports:[NetworkPolicyPort 2?to:[NetworkPolicyPeer
NetworkPolicyIngressRule 1?ports:[NetworkPolicyPort 2?from:[NetworkPolicyPeer
NetworkPolicyPeer 1?podSelector:LabelSelector 2?namespaceSelector:LabelSelector 3?ipBlock:IPBlock
NetworkPolicyPort 1?protocol:s 2?port:o 3?endPort:i
NetworkPolicySpec 1=podSelector:LabelSelector 2?ingress:[NetworkPolicyIngressRule 3?egress:[NetworkPolicyEgressRule 4?policyTypes:[s
Node 1=metadata:ObjectMeta 2=spec:NodeSpec 3=status:NodeStatus
NodeAddress 1=type:s 2=address:s
NodeAffinity 1?requiredDuringSchedulingIgnoredDuringExecution:NodeSelector 2?preferredDuringSchedulingIgnoredDuringExecution:[PreferredSchedulingTerm
NodeAllocatableMappedResources 1=name:s 2-quantity:q
NodeAllocatableMapping 1?capacityKey:s 2?capacityMultiplier:q 3?deviceMultiplier:q
NodeAllocatableOverhead 1?perPod:q 2?perContainer:q
NodeAllocatableOverheadResources 1=name:s 2?perPod:q 3?perContainer:q
NodeAllocatableResource 3?mapping:NodeAllocatableMapping 4?overhead:NodeAllocatableOverhead
NodeAllocatableResourceClaimStatus 1=resourceClaimName:s 2?containers:[s 4?mapping:[NodeAllocatableMappedResources 5?overhead:[NodeAllocatableOverheadResources
NodeCondition 1=type:s 2=status:s 3=lastHeartbeatTime:t 4=lastTransitionTime:t 5~reason:s 6~message:s
NodeConfigSource 2?configMap:ConfigMapNodeConfigSource
NodeConfigStatus 1?assigned:NodeConfigSource 2?active:NodeConfigSource 3?lastKnownGood:NodeConfigSource 4~error:s
NodeDaemonEndpoints 1=kubeletEndpoint:DaemonEndpoint
NodeFeatures 1?supplementalGroupsPolicy:b
NodePodPreemptionPolicy 1?disableResizePreemption:[s
NodeRuntimeHandler 1=name:s 2?features:NodeRuntimeHandlerFeatures
NodeRuntimeHandlerFeatures 1?recursiveReadOnlyMounts:b 2?userNamespaces:b
NodeSelector 1-nodeSelectorTerms:[NodeSelectorTerm
NodeSelectorRequirement 1=key:s 2=operator:s 3?values:[s
NodeSelectorTerm 1?matchExpressions:[NodeSelectorRequirement 2?matchFields:[NodeSelectorRequirement
NodeSpec 1~podCIDR:s 7?podCIDRs:[s 3~providerID:s 4~unschedulable:b 5?taints:[Taint 6?configSource:NodeConfigSource 2~externalID:s 8?podPreemptionPolicy:NodePodPreemptionPolicy
NodeStatus 1?capacity:{q 2?allocatable:{q 3~phase:s 4?conditions:[NodeCondition 5?addresses:[NodeAddress 6=daemonEndpoints:NodeDaemonEndpoints 7=nodeInfo:NodeSystemInfo 8?images:[ContainerImage 9?volumesInUse:[s 10?volumesAttached:[AttachedVolume 11?config:NodeConfigStatus 12?runtimeHandlers:[NodeRuntimeHandler 13?features:NodeFeatures 14?declaredFeatures:[s
NodeSwapStatus 1?capacity:i
NodeSystemInfo 1=machineID:s 2=systemUUID:s 3=bootID:s 4=kernelVersion:s 5=osImage:s 6=containerRuntimeVersion:s 7=kubeletVersion:s 8=kubeProxyVersion:s 9=operatingSystem:s 10=architecture:s 11?swap:NodeSwapStatus 12?runningInUserNamespace:b
NonResourcePolicyRule 1-verbs:[s 6-nonResourceURLs:[s
ObjectFieldSelector 1~apiVersion:s 2=fieldPath:s
ObjectMeta 1~name:s 2~generateName:s 3~namespace:s 4~selfLink:s 5~uid:s 6~resourceVersion:s 7~generation:i 8~creationTimestamp:t 9?deletionTimestamp:t 10?deletionGracePeriodSeconds:i 11?labels:{s 12?annotations:{s 13?ownerReferences:[OwnerReference 14?finalizers:[s 17?managedFields:[ManagedFieldsEntry
ObjectMetricSource 1=describedObject:CrossVersionObjectReference 2=target:MetricTarget 3=metric:MetricIdentifier
ObjectMetricStatus 1=metric:MetricIdentifier 2=current:MetricValueStatus 3=describedObject:CrossVersionObjectReference
ObjectReference 1~kind:s 2~namespace:s 3~name:s 4~uid:s 5~apiVersion:s 6~resourceVersion:s 7~fieldPath:s
OpaqueDeviceConfiguration 1=driver:s 2=parameters:j
Overhead 1?podFixed:{q
OwnerReference 5=apiVersion:s 1=kind:s 3=name:s 4=uid:s 6?controller:b 7?blockOwnerDeletion:b
ParamKind 1~apiVersion:s 2~kind:s
ParamRef 1~name:s 2~namespace:s 3?selector:LabelSelector 4?parameterNotFoundAction:s
ParentReference 1~group:s 2~resource:s 3~namespace:s 4~name:s
PartitionTypeStatus 4~attribute:s 1~type:s 2?total:i 3?allocatable:i
PersistentVolume 1=metadata:ObjectMeta 2=spec:PersistentVolumeSpec 3=status:PersistentVolumeStatus
PersistentVolumeClaim 1=metadata:ObjectMeta 2=spec:PersistentVolumeClaimSpec 3=status:PersistentVolumeClaimStatus
PersistentVolumeClaimCondition 1=type:s 2=status:s 3=lastProbeTime:t 4=lastTransitionTime:t 5~reason:s 6~message:s
PersistentVolumeClaimSpec 1?accessModes:[s 4?selector:LabelSelector 2=resources:VolumeResourceRequirements 3~volumeName:s 5?storageClassName:s 6?volumeMode:s 7?dataSource:TypedLocalObjectReference 8?dataSourceRef:TypedObjectReference 9?volumeAttributesClassName:s
PersistentVolumeClaimStatus 1~phase:s 2?accessModes:[s 3?capacity:{q 4?conditions:[PersistentVolumeClaimCondition 5?allocatedResources:{q 7?allocatedResourceStatuses:{s 8?currentVolumeAttributesClassName:s 9?modifyVolumeStatus:ModifyVolumeStatus 10?healthStatus:VolumeHealthStatus
PersistentVolumeClaimTemplate 1=metadata:ObjectMeta 2=spec:PersistentVolumeClaimSpec
PersistentVolumeClaimVolumeSource 1=claimName:s 2~readOnly:b
PersistentVolumeSource 1?gcePersistentDisk:GCEPersistentDiskVolumeSource 2?awsElasticBlockStore:AWSElasticBlockStoreVolumeSource 3?hostPath:HostPathVolumeSource 4?glusterfs:GlusterfsPersistentVolumeSource 5?nfs:NFSVolumeSource 6?rbd:RBDPersistentVolumeSource 7?iscsi:ISCSIPersistentVolumeSource 8?cinder:CinderPersistentVolumeSource 9?cephfs:CephFSPersistentVolumeSource 10?fc:FCVolumeSource 11?flocker:FlockerVolumeSource 12?flexVolume:FlexPersistentVolumeSource 13?azureFile:AzureFilePersistentVolumeSource 14?vsphereVolume:VsphereVirtualDiskVolumeSource 15?quobyte:QuobyteVolumeSource 16?azureDisk:AzureDiskVolumeSource 17?photonPersistentDisk:PhotonPersistentDiskVolumeSource 18?portworxVolume:PortworxVolumeSource 19?scaleIO:ScaleIOPersistentVolumeSource 20?local:LocalVolumeSource 21?storageos:StorageOSPersistentVolumeSource 22?csi:CSIPersistentVolumeSource
PersistentVolumeSpec 1?capacity:{q 2>PersistentVolumeSource 3?accessModes:[s 4?claimRef:ObjectReference 5~persistentVolumeReclaimPolicy:s 6~storageClassName:s 7?mountOptions:[s 8?volumeMode:s 9?nodeAffinity:VolumeNodeAffinity 10?volumeAttributesClassName:s
PersistentVolumeStatus 1~phase:s 2~message:s 3~reason:s 4?lastPhaseTransitionTime:t
PhotonPersistentDiskVolumeSource 1=pdID:s 2~fsType:s
Pod 1=metadata:ObjectMeta 2=spec:PodSpec 3=status:PodStatus
PodAffinity 1?requiredDuringSchedulingIgnoredDuringExecution:[PodAffinityTerm 2?preferredDuringSchedulingIgnoredDuringExecution:[WeightedPodAffinityTerm
PodAffinityTerm 1?labelSelector:LabelSelector 2?namespaces:[s 3=topologyKey:s 4?namespaceSelector:LabelSelector 5?matchLabelKeys:[s 6?mismatchLabelKeys:[s
PodCertificateProjection 1~signerName:s 2~keyType:s 3?maxExpirationSeconds:i 4~credentialBundlePath:s 5~keyPath:s 6~certificateChainPath:s 7?userAnnotations:{s 8?user:i
PodCertificateRequest 1=metadata:ObjectMeta 2=spec:PodCertificateRequestSpec 3=status:PodCertificateRequestStatus
PodCertificateRequest2 1=metadata:ObjectMeta 2=spec:PodCertificateRequestSpec2 3=status:PodCertificateRequestStatus
PodCertificateRequestSpec 1=signerName:s 2=podName:s 3=podUID:s 4=serviceAccountName:s 5=serviceAccountUID:s 6=nodeName:s 7=nodeUID:s 8?maxExpirationSeconds:i 12-stubPKCS10Request:x 11?unverifiedUserAnnotations:{s
PodCertificateRequestSpec2 1=signerName:s 2=podName:s 3=podUID:s 4=serviceAccountName:s 5=serviceAccountUID:s 6=nodeName:s 7=nodeUID:s 8?maxExpirationSeconds:i 9-pkixPublicKey:x 10-proofOfPossession:x 12-stubPKCS10Request:x 11?unverifiedUserAnnotations:{s
PodCertificateRequestStatus 1?conditions:[Condition 2~certificateChain:s 4?notBefore:t 5?beginRefreshAt:t 6?notAfter:t
PodCondition 1=type:s 7~observedGeneration:i 2=status:s 3=lastProbeTime:t 4=lastTransitionTime:t 5~reason:s 6~message:s
PodDNSConfig 1?nameservers:[s 2?searches:[s 3?options:[PodDNSConfigOption
PodDNSConfigOption 1~name:s 2?value:s
PodDisruptionBudget 1=metadata:ObjectMeta 2=spec:PodDisruptionBudgetSpec 3=status:PodDisruptionBudgetStatus
PodDisruptionBudgetSpec 1?minAvailable:o 2?selector:LabelSelector 3?maxUnavailable:o 4?unhealthyPodEvictionPolicy:s
PodDisruptionBudgetStatus 1~observedGeneration:i 2?disruptedPods:{t 3=disruptionsAllowed:i 4=currentHealthy:i 5=desiredHealthy:i 6=expectedPods:i 7?conditions:[Condition
PodExtendedResourceClaimStatus 1-requestMappings:[ContainerExtendedResourceRequest 2=resourceClaimName:s
PodFailurePolicy 1-rules:[PodFailurePolicyRule
PodFailurePolicyOnExitCodesRequirement 1?containerName:s 2=operator:s 3-values:[i
PodFailurePolicyOnPodConditionsPattern 1=type:s 2=status:s
PodFailurePolicyRule 1=action:s 2?onExitCodes:PodFailurePolicyOnExitCodesRequirement 3?onPodConditions:[PodFailurePolicyOnPodConditionsPattern
PodGroup 1=metadata:ObjectMeta 2=spec:PodGroupSpec 3=status:PodGroupStatus
PodGroupSchedulingPolicy 1?basic:WorkloadPodGroupBasicSchedulingPolicy 2?gang:GangSchedulingPolicy
PodGroupSpec 1?parentCompositePodGroupName:s 2?workloadRef:WorkloadReference 3=schedulingPolicy:PodGroupSchedulingPolicy 4?schedulingConstraints:WorkloadPodGroupSchedulingConstraints 5?resourceClaims:[WorkloadPodGroupResourceClaim 6?disruptionMode:WorkloadPodGroupDisruptionMode 7~priorityClassName:s 8?priority:i 9?preemptionPolicy:s
PodGroupStatus 1?conditions:[Condition 2?resourceClaimStatuses:[PodResourceClaimStatus
PodGroupTemplate 1=name:s 2=schedulingPolicy:PodGroupSchedulingPolicy 3-schedulingConstraints:WorkloadPodGroupSchedulingConstraints 4?resourceClaims:[WorkloadPodGroupResourceClaim 5?disruptionMode:WorkloadPodGroupDisruptionMode 6~priorityClassName:s 7?priority:i 8?preemptionPolicy:s
PodOS 1=name:s
PodReadinessGate 1=conditionType:s
PodResourceClaim 1=name:s 3?resourceClaimName:s 4?resourceClaimTemplateName:s
PodResourceClaimStatus 1=name:s 2?resourceClaimName:s
PodSchedulingGroup 1?podGroupName:s
PodSecurityContext 1?seLinuxOptions:SELinuxOptions 8?windowsOptions:WindowsSecurityContextOptions 2?runAsUser:i 6?runAsGroup:i 3?runAsNonRoot:b 4?supplementalGroups:[i 12?supplementalGroupsPolicy:s 5?fsGroup:i 7?sysctls:[HTTPHeader 9?fsGroupChangePolicy:s 10?seccompProfile:SeccompProfile 11?appArmorProfile:SeccompProfile 13?seLinuxChangePolicy:s
PodSpec 1?volumes:[Volume 20?initContainers:[Container 2-containers:[Container 34?ephemeralContainers:[EphemeralContainer 3~restartPolicy:s 4?terminationGracePeriodSeconds:i 5?activeDeadlineSeconds:i 6~dnsPolicy:s 7?nodeSelector:{s 8~serviceAccountName:s 9~serviceAccount:s 21?automountServiceAccountToken:b 10~nodeName:s 11~hostNetwork:b 12~hostPID:b 13~hostIPC:b 27?shareProcessNamespace:b 14?securityContext:PodSecurityContext 15?imagePullSecrets:[LocalObjectReference 16~hostname:s 17~subdomain:s 18?affinity:Affinity 19~schedulerName:s 22?tolerations:[Toleration 23?hostAliases:[HostAlias 24~priorityClassName:s 25?priority:i 26?dnsConfig:PodDNSConfig 28?readinessGates:[PodReadinessGate 29?runtimeClassName:s 30?enableServiceLinks:b 31?preemptionPolicy:s 32?overhead:{q 33?topologySpreadConstraints:[TopologySpreadConstraint 35?setHostnameAsFQDN:b 36?os:PodOS 37?hostUsers:b 38?schedulingGates:[PodOS 39?resourceClaims:[PodResourceClaim 40?resources:ResourceRequirements 41?hostnameOverride:s 43?schedulingGroup:PodSchedulingGroup 44?evictionResponders:[EvictionResponder
PodStatus 17~observedGeneration:i 1~phase:s 2?conditions:[PodCondition 3~message:s 4~reason:s 11~nominatedNodeName:s 5~hostIP:s 16?hostIPs:[HostIP 6~podIP:s 12?podIPs:[HostIP 7?startTime:t 10?initContainerStatuses:[ContainerStatus 8?containerStatuses:[ContainerStatus 9~qosClass:s 13?ephemeralContainerStatuses:[ContainerStatus 14~resize:s 15?resourceClaimStatuses:[PodResourceClaimStatus 18?extendedResourceClaimStatus:PodExtendedResourceClaimStatus 19?allocatedResources:{q 20?resources:ResourceRequirements 21?nodeAllocatableResourceClaimStatuses:[NodeAllocatableResourceClaimStatus 22?volumeHealth:[PodVolumeHealth
PodTemplate 1=metadata:ObjectMeta 2=template:PodTemplateSpec
PodTemplateSpec 1=metadata:ObjectMeta 2=spec:PodSpec
PodVolumeHealth 1=name:s 2?healthConditions:[VolumeHealthCondition 3=lastTransitionTime:t
PodsMetricSource 1=metric:MetricIdentifier 2=target:MetricTarget
PodsMetricStatus 1=metric:MetricIdentifier 2=current:MetricValueStatus
PolicyRule 1-verbs:[s 2?apiGroups:[s 3?resources:[s 4?resourceNames:[s 5?nonResourceURLs:[s
PolicyRule2 1-verbs:[s 3?apiGroups:[s 4?resources:[s 5?resourceNames:[s 6?nonResourceURLs:[s
PolicyRulesWithSubjects 1-subjects:[Subject 2?resourceRules:[ResourcePolicyRule 3?nonResourceRules:[NonResourcePolicyRule
PoolStatus 1~driver:s 2~poolName:s 9=generation:i 8?resourceSliceCount:i 4?totalDevices:i 5?allocatedDevices:i 6?availableDevices:i 7?unavailableDevices:i 3?nodeName:s 10?validationError:s 11?partitionSummary:[PartitionTypeStatus 13?shareableSummary:ShareableSummaryStatus
PortStatus 1=port:i 2=protocol:s 3?error:s
PortworxVolumeSource 1=volumeID:s 2~fsType:s 3~readOnly:b
PreferredSchedulingTerm 1=weight:i 2=preference:NodeSelectorTerm
PriorityClass 1=metadata:ObjectMeta 2=value:i 3~globalDefault:b 4~description:s 5?preemptionPolicy:s
PriorityLevelConfiguration 1=metadata:ObjectMeta 2=spec:PriorityLevelConfigurationSpec 3=status:FlowSchemaStatus
PriorityLevelConfiguration2 1=metadata:ObjectMeta 2=spec:PriorityLevelConfigurationSpec2 3=status:FlowSchemaStatus
PriorityLevelConfiguration3 1=metadata:ObjectMeta 2=spec:PriorityLevelConfigurationSpec3 3=status:FlowSchemaStatus
PriorityLevelConfigurationSpec 1=type:s 2?limited:LimitedPriorityLevelConfiguration 3?exempt:ExemptPriorityLevelConfiguration
PriorityLevelConfigurationSpec2 1=type:s 2?limited:LimitedPriorityLevelConfiguration2 3?exempt:ExemptPriorityLevelConfiguration
PriorityLevelConfigurationSpec3 1=type:s 2?limited:LimitedPriorityLevelConfiguration3 3?exempt:ExemptPriorityLevelConfiguration
Probe 1>ProbeHandler 2~initialDelaySeconds:i 3~timeoutSeconds:i 4~periodSeconds:i 5~successThreshold:i 6~failureThreshold:i 7?terminationGracePeriodSeconds:i
ProbeHandler 1?exec:ExecAction 2?httpGet:HTTPGetAction 3?tcpSocket:TCPSocketAction 4?grpc:GRPCAction
ProjectedVolumeSource 1-sources:[VolumeProjection 2?defaultMode:i 3?defaultUser:i
QueuingConfiguration 1=queues:i 2=handSize:i 3=queueLengthLimit:i
QuobyteVolumeSource 1=registry:s 2=volume:s 3~readOnly:b 4~user:s 5~group:s 6~tenant:s
RBDPersistentVolumeSource 1-monitors:[s 2=image:s 3~fsType:s 4~pool:s 5~user:s 6~keyring:s 7?secretRef:SecretReference 8~readOnly:b
RBDVolumeSource 1-monitors:[s 2=image:s 3~fsType:s 4~pool:s 5~user:s 6~keyring:s 7?secretRef:LocalObjectReference 8~readOnly:b
RangeAllocation 1=metadata:ObjectMeta 2=range:s 3-data:x
ReplicaSet 1=metadata:ObjectMeta 2=spec:ReplicaSetSpec 3=status:ReplicaSetStatus
ReplicaSet2 1=metadata:ObjectMeta 2=spec:ReplicaSetSpec2 3=status:ReplicaSetStatus
ReplicaSetSpec 1?replicas:i 4~minReadySeconds:i 2-selector:LabelSelector 3=template:PodTemplateSpec
ReplicaSetSpec2 1?replicas:i 4~minReadySeconds:i 2?selector:LabelSelector 3=template:PodTemplateSpec
ReplicaSetStatus 1=replicas:i 2~fullyLabeledReplicas:i 4~readyReplicas:i 5~availableReplicas:i 7?terminatingReplicas:i 3~observedGeneration:i 6?conditions:[ReplicationControllerCondition
ReplicationController 1=metadata:ObjectMeta 2=spec:ReplicationControllerSpec 3=status:ReplicationControllerStatus
ReplicationControllerCondition 1=type:s 2=status:s 3=lastTransitionTime:t 4~reason:s 5~message:s
ReplicationControllerSpec 1?replicas:i 4~minReadySeconds:i 2?selector:{s 3?template:PodTemplateSpec
ReplicationControllerStatus 1=replicas:i 2~fullyLabeledReplicas:i 4~readyReplicas:i 5~availableReplicas:i 3~observedGeneration:i 6?conditions:[ReplicationControllerCondition
ResourceClaim 1=name:s 2~request:s
ResourceClaim2 1=metadata:ObjectMeta 2=spec:ResourceClaimSpec 3=status:ResourceClaimStatus
ResourceClaim3 1=metadata:ObjectMeta 2=spec:ResourceClaimSpec2 3=status:ResourceClaimStatus
ResourceClaimConsumerReference 1~apiGroup:s 3=resource:s 4=name:s 5=uid:s
ResourceClaimSpec 1=devices:DeviceClaim
ResourceClaimSpec2 1=devices:DeviceClaim2
ResourceClaimStatus 1?allocation:AllocationResult 2?reservedFor:[ResourceClaimConsumerReference 4?devices:[AllocatedDeviceStatus
ResourceClaimTemplate 1=metadata:ObjectMeta 2=spec:ResourceClaimTemplateSpec
ResourceClaimTemplate2 1=metadata:ObjectMeta 2=spec:ResourceClaimTemplateSpec2
ResourceClaimTemplateSpec 1=metadata:ObjectMeta 2=spec:ResourceClaimSpec
ResourceClaimTemplateSpec2 1=metadata:ObjectMeta 2=spec:ResourceClaimSpec2
ResourceFieldSelector 1~containerName:s 2=resource:s 3=divisor:q
ResourceHealth 1=resourceID:s 2~health:s 6?message:s
ResourceMetricSource 1=name:s 2=target:MetricTarget
ResourceMetricStatus 1=name:s 2=current:MetricValueStatus
ResourcePolicyRule 1-verbs:[s 2-apiGroups:[s 3-resources:[s 4~clusterScope:b 5-namespaces:[s
ResourcePool 1=name:s 2=generation:i 3=resourceSliceCount:i
ResourcePoolStatusRequest 1=metadata:ObjectMeta 2=spec:ResourcePoolStatusRequestSpec 3?status:ResourcePoolStatusRequestStatus
ResourcePoolStatusRequestSpec 1=driver:s 2?poolName:s 3?limit:i 4?defaultPartitionTypeAttribute:s
ResourcePoolStatusRequestStatus 6?poolCount:i 2?pools:[PoolStatus 3?conditions:[Condition
ResourceQuota 1=metadata:ObjectMeta 2=spec:ResourceQuotaSpec 3=status:ResourceQuotaStatus
ResourceQuotaSpec 1?hard:{q 2?scopes:[s 3?scopeSelector:ScopeSelector
ResourceQuotaStatus 1?hard:{q 2?used:{q
ResourceRequirements 1?limits:{q 2?requests:{q 3?claims:[ResourceClaim
ResourceSlice 1=metadata:ObjectMeta 2=spec:ResourceSliceSpec
ResourceSlice2 1=metadata:ObjectMeta 2=spec:ResourceSliceSpec2
ResourceSliceSpec 1=driver:s 2=pool:ResourcePool 3?nodeName:s 4?nodeSelector:NodeSelector 5?allNodes:b 6?devices:[Device 7?perDeviceNodeSelection:b 8?sharedCounters:[CounterSet 9?partitionTypeAttribute:s 10?skipNodeOperations:[s
ResourceSliceSpec2 1=driver:s 2=pool:ResourcePool 3~nodeName:s 4?nodeSelector:NodeSelector 5~allNodes:b 6?devices:[Device2 7?perDeviceNodeSelection:b 8?sharedCounters:[CounterSet 9?partitionTypeAttribute:s 10?skipNodeOperations:[s
ResourceStatus 1=name:s 2?resources:[ResourceHealth
Role 1=metadata:ObjectMeta 2-rules:[PolicyRule
Role2 1=metadata:ObjectMeta 2-rules:[PolicyRule2
RoleRef 1=apiGroup:s 2=kind:s 3=name:s
RollbackConfig 1~revision:i
RollingUpdateDaemonSet 1?maxUnavailable:o 2?maxSurge:o
RollingUpdateStatefulSetStrategy 1?partition:i 2?maxUnavailable:o
Rule 1?apiGroups:[s 2?apiVersions:[s 3?resources:[s 4?scope:s
RuleWithOperations 1?operations:[s 2>Rule
RuntimeClass 1=metadata:ObjectMeta 2=handler:s 3?overhead:Overhead 4?scheduling:Scheduling
RuntimeClass2 1=metadata:ObjectMeta 2=spec:RuntimeClassSpec
RuntimeClassSpec 1=runtimeHandler:s 2?overhead:Overhead 3?scheduling:Scheduling
SELinuxOptions 1~user:s 2~role:s 3~type:s 4~level:s
ScaleIOPersistentVolumeSource 1=gateway:s 2=system:s 3-secretRef:SecretReference 4~sslEnabled:b 5~protectionDomain:s 6~storagePool:s 7~storageMode:s 8~volumeName:s 9~fsType:s 10~readOnly:b
ScaleIOVolumeSource 1=gateway:s 2=system:s 3-secretRef:LocalObjectReference 4~sslEnabled:b 5~protectionDomain:s 6~storagePool:s 7~storageMode:s 8~volumeName:s 9~fsType:s 10~readOnly:b
Scheduling 1?nodeSelector:{s 2?tolerations:[Toleration
ScopeSelector 1?matchExpressions:[ScopedResourceSelectorRequirement
ScopedResourceSelectorRequirement 1=scopeName:s 2=operator:s 3?values:[s
SeccompProfile 1=type:s 2?localhostProfile:s
Secret 1=metadata:ObjectMeta 5?immutable:b 2?data:{x 4?stringData:{s 3~type:s
SecretProjection 1>LocalObjectReference 2?items:[KeyToPath 4?optional:b
SecretReference 1~name:s 2~namespace:s
SecretVolumeSource 1~secretName:s 2?items:[KeyToPath 3?defaultMode:i 4?optional:b 5?defaultUser:i
SecurityContext 1?capabilities:Capabilities 2?privileged:b 3?seLinuxOptions:SELinuxOptions 10?windowsOptions:WindowsSecurityContextOptions 4?runAsUser:i 8?runAsGroup:i 5?runAsNonRoot:b 6?readOnlyRootFilesystem:b 7?allowPrivilegeEscalation:b 9?procMount:s 11?seccompProfile:SeccompProfile 12?appArmorProfile:SeccompProfile
ServerStorageVersion 1~apiServerID:s 2~encodingVersion:s 3?decodableVersions:[s 4?servedVersions:[s
Service 1=metadata:ObjectMeta 2=spec:ServiceSpec 3=status:ServiceStatus
ServiceAccount 1=metadata:ObjectMeta 2?secrets:[ObjectReference 3?imagePullSecrets:[LocalObjectReference 4?automountServiceAccountToken:b
ServiceAccountSubject 1=namespace:s 2=name:s
ServiceAccountTokenProjection 1~audience:s 2?expirationSeconds:i 3=path:s 4?user:i
ServiceBackendPort 1~name:s 2~number:i
ServiceCIDR 1=metadata:ObjectMeta 2=spec:ServiceCIDRSpec 3=status:ServiceCIDRStatus
ServiceCIDRSpec 1?cidrs:[s
ServiceCIDRStatus 1?conditions:[Condition
ServicePort 1~name:s 2~protocol:s 6?appProtocol:s 3=port:i 4=targetPort:o 5~nodePort:i
ServiceReference 1=namespace:s 2=name:s 3?path:s 4?port:i
ServiceReference2 1~namespace:s 2~name:s 3?port:i
ServiceSpec 1?ports:[ServicePort 2?selector:{s 3~clusterIP:s 18?clusterIPs:[s 4~type:s 5?externalIPs:[s 7~sessionAffinity:s 8~loadBalancerIP:s 9?loadBalancerSourceRanges:[s 10~externalName:s 11~externalTrafficPolicy:s 12~healthCheckNodePort:i 13~publishNotReadyAddresses:b 14?sessionAffinityConfig:SessionAffinityConfig 19?ipFamilies:[s 17?ipFamilyPolicy:s 20?allocateLoadBalancerNodePorts:b 21?loadBalancerClass:s 22?internalTrafficPolicy:s 23?trafficDistribution:s
ServiceStatus 1=loadBalancer:LoadBalancerStatus 2?conditions:[Condition
SessionAffinityConfig 1?clientIP:ClientIPConfig
ShareableCapacityStatus 1~name:s 2?total:q 3?consumed:q 4?available:q
ShareableSummaryStatus 1?fullyAvailableDevices:i 2?partiallyAvailableDevices:i 3?capacity:[ShareableCapacityStatus
SleepAction 1=seconds:i
StatefulSet 1=metadata:ObjectMeta 2=spec:StatefulSetSpec 3=status:StatefulSetStatus
StatefulSet2 1=metadata:ObjectMeta 2=spec:StatefulSetSpec2 3=status:StatefulSetStatus2
StatefulSetOrdinals 1=start:i
StatefulSetPersistentVolumeClaimRetentionPolicy 1~whenDeleted:s 2~whenScaled:s
StatefulSetSpec 1?replicas:i 2-selector:LabelSelector 3=template:PodTemplateSpec 4?volumeClaimTemplates:[PersistentVolumeClaim 5=serviceName:s 6~podManagementPolicy:s 7=updateStrategy:StatefulSetUpdateStrategy 8?revisionHistoryLimit:i 9~minReadySeconds:i 10?persistentVolumeClaimRetentionPolicy:StatefulSetPersistentVolumeClaimRetentionPolicy 11?ordinals:StatefulSetOrdinals
StatefulSetSpec2 1?replicas:i 2?selector:LabelSelector 3=template:PodTemplateSpec 4?volumeClaimTemplates:[PersistentVolumeClaim 5=serviceName:s 6~podManagementPolicy:s 7=updateStrategy:StatefulSetUpdateStrategy 8?revisionHistoryLimit:i 9~minReadySeconds:i 10?persistentVolumeClaimRetentionPolicy:StatefulSetPersistentVolumeClaimRetentionPolicy 11?ordinals:StatefulSetOrdinals
StatefulSetStatus 1~observedGeneration:i 2=replicas:i 3~readyReplicas:i 4~currentReplicas:i 5~updatedReplicas:i 6~currentRevision:s 7~updateRevision:s 9?collisionCount:i 10?conditions:[ReplicationControllerCondition 11=availableReplicas:i
StatefulSetStatus2 1?observedGeneration:i 2=replicas:i 3~readyReplicas:i 4~currentReplicas:i 5~updatedReplicas:i 6~currentRevision:s 7~updateRevision:s 9?collisionCount:i 10?conditions:[ReplicationControllerCondition 11=availableReplicas:i
StatefulSetUpdateStrategy 1~type:s 2?rollingUpdate:RollingUpdateStatefulSetStrategy
StorageClass 1=metadata:ObjectMeta 2=provisioner:s 3?parameters:{s 4?reclaimPolicy:s 5?mountOptions:[s 6?allowVolumeExpansion:b 7?volumeBindingMode:s 8?allowedTopologies:[TopologySelectorTerm
StorageHealth 1=name:s 2?healthConditions:[StorageHealthCondition
StorageHealthCondition 1=status:s 2=reason:s 3~message:s 4?accessMode:s 5?volumeMode:s 6=lastTransitionTime:t
StorageOSPersistentVolumeSource 1~volumeName:s 2~volumeNamespace:s 3~fsType:s 4~readOnly:b 5?secretRef:ObjectReference
StorageOSVolumeSource 1~volumeName:s 2~volumeNamespace:s 3~fsType:s 4~readOnly:b 5?secretRef:LocalObjectReference
StorageVersion 1=metadata:ObjectMeta 2=spec:WorkloadPodGroupBasicSchedulingPolicy 3=status:StorageVersionStatus
StorageVersionCondition 1=type:s 2=status:s 3~observedGeneration:i 4=lastTransitionTime:t 5=reason:s 6~message:s
StorageVersionMigration 1=metadata:ObjectMeta 2=spec:StorageVersionMigrationSpec 3=status:StorageVersionMigrationStatus
StorageVersionMigrationSpec 1=resource:GroupResource
StorageVersionMigrationStatus 1?conditions:[Condition 2~resourceVersion:s
StorageVersionStatus 1?storageVersions:[ServerStorageVersion 2?commonEncodingVersion:s 3?conditions:[StorageVersionCondition
Subject 1=kind:s 2?user:PodOS 3?group:PodOS 4?serviceAccount:ServiceAccountSubject
Subject2 1=kind:s 2~apiGroup:s 3=name:s 4~namespace:s
Subject3 1=kind:s 2~apiVersion:s 3=name:s 4~namespace:s
SuccessPolicy 1-rules:[SuccessPolicyRule
SuccessPolicyRule 1?succeededIndexes:s 2?succeededCount:i
TCPSocketAction 1=port:o 2~host:s
Taint 1=key:s 2~value:s 3=effect:s 4?timeAdded:t
TokenRequest 1=audience:s 2?expirationSeconds:i
Toleration 1~key:s 2~operator:s 3~value:s 4~effect:s 5?tolerationSeconds:i
TopologyConstraint 1=key:s
TopologySelectorLabelRequirement 1=key:s 2-values:[s
TopologySelectorTerm 1?matchLabelExpressions:[TopologySelectorLabelRequirement
TopologySpreadConstraint 1=maxSkew:i 2=topologyKey:s 3=whenUnsatisfiable:s 4?labelSelector:LabelSelector 5?minDomains:i 6?nodeAffinityPolicy:s 7?nodeTaintsPolicy:s 8?matchLabelKeys:[s
TypeChecking 1?expressionWarnings:[ExpressionWarning
TypedLocalObjectReference 1-apiGroup:s 2=kind:s 3=name:s
TypedLocalObjectReference2 1~apiGroup:s 2=kind:s 3=name:s
TypedObjectReference 1-apiGroup:s 2=kind:s 3=name:s 4?namespace:s
UncountedTerminatedPods 1?succeeded:[s 2?failed:[s
ValidatingAdmissionPolicy 1=metadata:ObjectMeta 2=spec:ValidatingAdmissionPolicySpec 3=status:ValidatingAdmissionPolicyStatus
ValidatingAdmissionPolicyBinding 1=metadata:ObjectMeta 2=spec:ValidatingAdmissionPolicyBindingSpec
ValidatingAdmissionPolicyBindingSpec 1~policyName:s 2?paramRef:ParamRef 3?matchResources:MatchResources 4?validationActions:[s
ValidatingAdmissionPolicySpec 1?paramKind:ParamKind 2?matchConstraints:MatchResources 3?validations:[Validation 4?failurePolicy:s 5?auditAnnotations:[AuditAnnotation 6?matchConditions:[Variable 7?variables:[Variable
ValidatingAdmissionPolicyStatus 1~observedGeneration:i 2?typeChecking:TypeChecking 3?conditions:[Condition
ValidatingWebhook 1=name:s 2=clientConfig:WebhookClientConfig 3?rules:[RuleWithOperations 4?failurePolicy:s 9?matchPolicy:s 5?namespaceSelector:LabelSelector 10?objectSelector:LabelSelector 6-sideEffects:s 7?timeoutSeconds:i 8-admissionReviewVersions:[s 11?matchConditions:[Variable
ValidatingWebhook2 1=name:s 2=clientConfig:WebhookClientConfig 3?rules:[RuleWithOperations 4?failurePolicy:s 9?matchPolicy:s 5?namespaceSelector:LabelSelector 10?objectSelector:LabelSelector 6?sideEffects:s 7?timeoutSeconds:i 8?admissionReviewVersions:[s 11?matchConditions:[Variable
ValidatingWebhookConfiguration 1=metadata:ObjectMeta 2?webhooks:[ValidatingWebhook
ValidatingWebhookConfiguration2 1=metadata:ObjectMeta 2?webhooks:[ValidatingWebhook2
Validation 1=expression:s 2~message:s 3?reason:s 4~messageExpression:s
Variable 1=name:s 2=expression:s
Volume 1=name:s 2>VolumeSource
VolumeAttachment 1=metadata:ObjectMeta 2=spec:VolumeAttachmentSpec 3=status:VolumeAttachmentStatus
VolumeAttachmentSource 1?persistentVolumeName:s 2?inlineVolumeSpec:PersistentVolumeSpec
VolumeAttachmentSpec 1=attacher:s 2=source:VolumeAttachmentSource 3=nodeName:s
VolumeAttachmentStatus 1=attached:b 2?attachmentMetadata:{s 3?attachError:VolumeError 4?detachError:VolumeError
VolumeAttributesClass 1=metadata:ObjectMeta 2=driverName:s 3?parameters:{s
VolumeError 1=time:t 2~message:s 3?errorCode:i
VolumeHealthCondition 1=status:s 2=reason:s 3~message:s
VolumeHealthStatus 1?healthConditions:[VolumeHealthCondition 2=lastTransitionTime:t
VolumeMount 1=name:s 2~readOnly:b 7?recursiveReadOnly:s 3=mountPath:s 4~subPath:s 5?mountPropagation:s 6~subPathExpr:s 8?bindMountOptions:[s
VolumeMountStatus 1=name:s 2=mountPath:s 3~readOnly:b 4?recursiveReadOnly:s 5?volumeStatus:VolumeStatus
VolumeNodeAffinity 1?required:NodeSelector
VolumeNodeResources 1?count:i
VolumeProjection 1?secret:SecretProjection 2?downwardAPI:DownwardAPIProjection 3?configMap:SecretProjection 4?serviceAccountToken:ServiceAccountTokenProjection 5?clusterTrustBundle:ClusterTrustBundleProjection 6?podCertificate:PodCertificateProjection
VolumeResourceRequirements 1?limits:{q 2?requests:{q
VolumeSource 1?hostPath:HostPathVolumeSource 2?emptyDir:EmptyDirVolumeSource 3?gcePersistentDisk:GCEPersistentDiskVolumeSource 4?awsElasticBlockStore:AWSElasticBlockStoreVolumeSource 5?gitRepo:GitRepoVolumeSource 6?secret:SecretVolumeSource 7?nfs:NFSVolumeSource 8?iscsi:ISCSIVolumeSource 9?glusterfs:GlusterfsVolumeSource 10?persistentVolumeClaim:PersistentVolumeClaimVolumeSource 11?rbd:RBDVolumeSource 12?flexVolume:FlexVolumeSource 13?cinder:CinderVolumeSource 14?cephfs:CephFSVolumeSource 15?flocker:FlockerVolumeSource 16?downwardAPI:DownwardAPIVolumeSource 17?fc:FCVolumeSource 18?azureFile:AzureFileVolumeSource 19?configMap:ConfigMapVolumeSource 20?vsphereVolume:VsphereVirtualDiskVolumeSource 21?quobyte:QuobyteVolumeSource 22?azureDisk:AzureDiskVolumeSource 23?photonPersistentDisk:PhotonPersistentDiskVolumeSource 26?projected:ProjectedVolumeSource 24?portworxVolume:PortworxVolumeSource 25?scaleIO:ScaleIOVolumeSource 27?storageos:StorageOSVolumeSource 28?csi:CSIVolumeSource 29?ephemeral:EphemeralVolumeSource 30?image:ImageVolumeSource
VolumeStatus 1?image:ImageVolumeStatus
VsphereVirtualDiskVolumeSource 1=volumePath:s 2~fsType:s 3~storagePolicyName:s 4~storagePolicyID:s
WebhookClientConfig 3?url:s 1?service:ServiceReference 2~caBundle:x
WeightedPodAffinityTerm 1=weight:i 2=podAffinityTerm:PodAffinityTerm
WindowsSecurityContextOptions 1?gmsaCredentialSpecName:s 2?gmsaCredentialSpec:s 3?runAsUserName:s 4?hostProcess:b
Workload 1=metadata:ObjectMeta 2=spec:WorkloadSpec
Workload2 1=metadata:ObjectMeta 2=spec:WorkloadSpec2
WorkloadPodGroupBasicSchedulingPolicy 
WorkloadPodGroupDisruptionMode 1?single:WorkloadPodGroupBasicSchedulingPolicy 2?all:WorkloadPodGroupBasicSchedulingPolicy
WorkloadPodGroupGangSchedulingPolicy 1?minCount:i
WorkloadPodGroupResourceClaim 1=name:s 2?resourceClaimName:s 3?resourceClaimTemplateName:s
WorkloadPodGroupSchedulingConstraints 1?topology:[TopologyConstraint
WorkloadPodGroupSchedulingPolicy 1?basic:WorkloadPodGroupBasicSchedulingPolicy 2?gang:WorkloadPodGroupGangSchedulingPolicy
WorkloadReference 1=workloadName:s 2=templateName:s
WorkloadSpec 1?controllerRef:TypedLocalObjectReference2 2-podGroupTemplates:[PodGroupTemplate 3?compositePodGroupTemplates:[CompositePodGroupTemplate
WorkloadSpec2 1?controllerRef:TypedLocalObjectReference2 2-podGroupTemplates:[PodGroupTemplate 3?compositePodGroupTemplates:[CompositePodGroupTemplate2
`;
