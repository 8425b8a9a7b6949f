"""An endpoint asked with tritonclient, the Open Inference Protocol's own client, as its users ask."""

import gzip
import json
import zlib

import numpy
import tritonclient.http as triton

from acceptance import expect, expect_in, expect_that

ENDPOINT = "late-arrival"
ROWS = {
    "carrier": ("BYTES", ["B6", "DL", "B6"]), "destination": ("BYTES", ["LAX", "ATL", "BOS"]),
    "tailnum": ("BYTES", ["N804JB", "N3743H", "N190JB"]), "origin": ("BYTES", ["JFK", "JFK", "JFK"]),
    "distance": ("INT32", [2475, 760, 187]),
    "scheduled": ("BYTES", ["2013-04-20T18:00:00-04:00"] * 3)}


def inputs(is_binary, rows=None):
    made = []
    for name, (datatype, values) in (rows or ROWS).items():
        given = triton.InferInput(name, [len(values)], datatype)
        kind = numpy.object_ if datatype == "BYTES" else triton.triton_to_np_dtype(datatype)
        given.set_data_from_numpy(numpy.array(values, dtype=kind), binary_data=is_binary)
        made.append(given)
    return made


def probabilities(result):
    found = result.as_numpy("probability")
    expect((found.dtype, found.shape), (numpy.float32, (3,)), "type and shape of the output")
    return found.tobytes()


def refusal(ask):
    try:
        ask()
    except triton.InferenceServerException as error:
        return error
    raise AssertionError("it was not refused")


def the_server(client):
    expect_that(client.is_server_live() and client.is_server_ready(), "the server is not ready")
    expect_that(client.is_model_ready(ENDPOINT), "the endpoint is not ready")
    version = client.get_model_metadata(ENDPOINT)["versions"][0]
    expect_that(client.is_model_ready(ENDPOINT, version), "its version is not ready")
    expect_that(not client.is_model_ready("nobody"), "a model that nobody has is ready")
    expect(client.get_server_metadata()["extensions"], ["binary_tensor_data"], "extensions")
    described = client.get_model_metadata(ENDPOINT, version)
    expect({each["name"]: each["datatype"] for each in described["inputs"]},
           {name: datatype for name, (datatype, _) in ROWS.items()} | {"flight_id": "INT64"}, "inputs")
    expect([each["name"] for each in described["outputs"]], ["probability"], "outputs")
    for ask in (lambda: client.get_model_metadata("nobody"), lambda: client.infer("nobody", inputs(True)),
                lambda: client.get_model_config(ENDPOINT), lambda: client.infer(ENDPOINT, inputs(True), model_version="99")):
        expect(refusal(ask).status(), "404", "the status of what is not there")


def every_form(client):
    """With and without bytes behind the JSON, packed and not, there and back: the same bits."""
    found, count = set(), 0
    version = client.get_model_metadata(ENDPOINT)["versions"][0]
    found.add(probabilities(client.infer(ENDPOINT, inputs(True), model_version=version)))
    for is_binary in (True, False):
        for outputs in (None, [triton.InferRequestedOutput("probability", binary_data=True)],
                        [triton.InferRequestedOutput("probability", binary_data=False)]):
            for request in (None, "gzip", "deflate"):
                for response in (None, "gzip", "deflate"):
                    result = client.infer(
                        ENDPOINT, inputs(is_binary), outputs=outputs, request_id="r7",
                        request_compression_algorithm=request, response_compression_algorithm=response)
                    answer = result.get_response()
                    expect((answer["model_name"], answer["id"]), (ENDPOINT, "r7"), "who answered what")
                    is_asked = outputs is None or outputs[0]._get_tensor()["parameters"].get("binary_data")
                    expect("data" not in answer["outputs"][0], bool(is_asked), "whether the output came as bytes")
                    found.add(probabilities(result))
                    count += 1
    expect(len(found), 1, "different answers")
    later = client.async_infer(ENDPOINT, inputs(True)).get_result()
    expect(probabilities(later), *found, "the answer that was waited for later")
    return f"{count} forms, one answer"


def wrong_bytes(client, server):
    body, length = triton.InferenceServerClient.generate_request_body(inputs(True))
    path = f"/v2/models/{ENDPOINT}/infer"

    def ask(body, length=length, **more):
        headers = {"Inference-Header-Content-Length": str(length), **more}
        answer = server.ask("POST", path, bytes(body), headers)
        return answer.status, json.loads(answer.content).get("error") if answer.status != 200 else answer.content

    expect(ask(body)[0], 200, "what tritonclient sends, sent by another")
    expect(ask(gzip.compress(body), **{"Content-Encoding": "gzip"})[0], 200, "the same, packed")
    for given, word in ((body[:-1], "are left"), (body + b"x", "belong to no input")):
        status, error = ask(given)
        expect(status, 400, "the status")
        expect_in(word, error, "the reason")
    for wrong in (-1, len(body) + 1, "x"):
        expect(ask(body, length=wrong)[0], 400, f"a length of {wrong}")
    status, error = ask(zlib.compress(body)[:-4], **{"Content-Encoding": "deflate"})
    expect((status, "cannot be unpacked" in error), (400, True), "what is cut short")
    bad = refusal(lambda: client.infer(ENDPOINT, inputs(True, ROWS | {"distance": ("FP32", [1, 2, 3])})))
    expect_in("its datatype is INT32, and not FP32", bad.message(), "the reason")
    error = refusal(lambda: client.infer(ENDPOINT, inputs(True, {"nobody": ("FP32", [1, 2, 3])})))
    expect_in("There is no input `nobody`", error.message(), "the reason")


def check(checks, server):
    with triton.InferenceServerClient(server.address) as client:
        checks.check("tritonclient sees server and models", the_server, client)
        checks.check("tritonclient is answered in every form", every_form, client)
        checks.check("tritonclient's bytes, broken, say what is wrong", wrong_bytes, client, server)
