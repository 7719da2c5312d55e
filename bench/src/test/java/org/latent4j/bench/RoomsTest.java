package org.latent4j.bench;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The arrows between the rooms point downward, see ARCHITECTURE.md. */
class RoomsTest {
    private static JavaClasses classes = new ClassFileImporter().importPackages();

    @BeforeAll
    static void read() {
        classes = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("org.latent4j");
    }

    @Test
    void arrowsPointDownward() {
        layeredArchitecture().consideringOnlyDependenciesInLayers()
                .layer("kernel").definedBy("org.latent4j.kernel..")
                .layer("files").definedBy("org.latent4j.files..")
                .layer("space").definedBy("org.latent4j.space..")
                .layer("model").definedBy("org.latent4j.model..")
                .layer("store").definedBy("org.latent4j.store..")
                .layer("insight").definedBy("org.latent4j.insight..")
                .layer("workbench").definedBy("org.latent4j.workbench..")
                .layer("bench").definedBy("org.latent4j.bench..")
                .whereLayer("bench").mayNotBeAccessedByAnyLayer()
                .whereLayer("workbench").mayOnlyBeAccessedByLayers("bench")
                .whereLayer("insight").mayOnlyBeAccessedByLayers("workbench", "bench")
                .whereLayer("model").mayOnlyBeAccessedByLayers("insight", "workbench", "bench")
                .whereLayer("store").mayOnlyBeAccessedByLayers("workbench", "bench")
                .whereLayer("space").mayOnlyBeAccessedByLayers("store", "insight", "workbench", "bench")
                .whereLayer("files").mayOnlyBeAccessedByLayers("store", "model", "insight", "workbench", "bench")
                .check(classes);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("org.latent4j.(**)").should().beFreeOfCycles().check(classes);
    }

    @Test
    void onlyTheKernelKnowsTheVectorApi() {
        noClasses().that().resideOutsideOfPackages("org.latent4j.kernel", "org.latent4j.bench")
                .should().dependOnClassesThat().resideInAPackage("jdk.incubator.vector").check(classes);
    }

    @Test
    void theKernelUsesTheJdkAlone() {
        noClasses().that().resideInAPackage("org.latent4j.kernel..")
                .should().dependOnClassesThat()
                .resideOutsideOfPackages("java..", "jdk.incubator.vector..", "org.latent4j.kernel..", "org.jspecify..")
                .check(classes);
    }
}
