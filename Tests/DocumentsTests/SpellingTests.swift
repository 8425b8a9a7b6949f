import Documents
import Testing

@Suite struct `Finding what was meant` {
    @Test func `suggests the word that was meant`() {
        let known = ["scheduled", "carrier", "tailnum"]
        #expect(Spelling.nearest(to: "shceduled", among: known) == "scheduled")
        #expect(Spelling.nearest(to: "Carrier", among: known) == "carrier")
        #expect(Spelling.nearest(to: "pressure", among: known) == nil)
        #expect(Spelling.nearest(to: "", among: known) == nil)
    }

    @Test func `knows what others call a word`() {
        #expect(
            Spelling.fault(
                "avg",
                is: "aggregation",
                among: ["mean", "min"],
                synonyms: ["avg": "mean"]
            )
                == "`avg` is no aggregation. There are mean, min. Did you mean `mean`?"
        )
        #expect(
            Spelling.fault("x", is: "task", among: ["binary"]) == "`x` is no task. There is binary."
        )
    }
}
