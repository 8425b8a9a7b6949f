import Datasets
import Documents
import Features
import ModelRegistry
import Records
import Resources
import Serving

let allKinds: [any ResourceDefinition.Type] = [
    StreamDefinition.self, FeatureViewDefinition.self, DatasetDefinition.self, ModelDefinition.self,
    EndpointDefinition.self,
]

func readResources(
    _ files: [SourceFile]
) -> (resources: [ReadResource], errors: [ResourceError]) {
    readResources(files, of: allKinds)
}
