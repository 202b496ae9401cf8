"""The other side of a test: holds each request to the types that OpenAI and Anthropic publish in their own packages, and
answers with theirs. What it says is made from the schema that the request asks for. Our server, their schema.
"""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from anthropic.types import Message, RawMessageStreamEvent, message_create_params
from openai.types.chat import ChatCompletion, ChatCompletionChunk, completion_create_params
from pydantic import TypeAdapter


def strict(kind):
    """A request holds nothing that is not published."""
    kind.__pydantic_config__ = {"extra": "forbid"}
    return TypeAdapter(kind)


REQUESTS = {
    ("/v1/chat/completions", False): strict(completion_create_params.CompletionCreateParamsNonStreaming),
    ("/v1/chat/completions", True): strict(completion_create_params.CompletionCreateParamsStreaming),
    ("/v1/messages", False): strict(message_create_params.MessageCreateParamsNonStreaming),
    ("/v1/messages", True): strict(message_create_params.MessageCreateParamsStreaming),
}
EVENT = TypeAdapter(RawMessageStreamEvent)


def held(path, body):
    """Lazy parts are looked at too."""
    request = REQUESTS[path, body.get("stream") is True].validate_python(body)
    return {key: list(value) if key == "messages" else value for key, value in request.items()}


def example(schema):
    if "enum" in schema:
        return schema["enum"][-1]
    if schema["type"] == "object":
        # What OpenAI asks of a strict schema.
        assert schema["additionalProperties"] is False and schema["required"] == list(schema["properties"])
        return {key: example(part) for key, part in schema["properties"].items()}
    if schema["type"] == "array":
        return [example(schema["items"])] * 2
    date = "YYYY-MM-DD" in schema.get("description", "")
    words = {"string": "2026-03-25" if date else "a word", "number": 1.5, "integer": 7, "boolean": True}
    return words[schema["type"]]


def said(schema):
    return "Hello from the peer." if schema is None else json.dumps(example(schema))


def chat(request):
    form = request.get("response_format")
    text = said(form and form["json_schema"]["schema"])
    usage = {"prompt_tokens": 21, "completion_tokens": 5, "total_tokens": 26}
    base = {"id": "c-1", "created": 1, "model": request["model"]}
    if not request.get("stream"):
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
        whole = base | {"object": "chat.completion", "choices": [choice], "usage": usage}
        return ChatCompletion.model_validate(whole, strict=True).model_dump_json()
    parts = [{"index": 0, "delta": {"role": "assistant", "content": ""}}]
    parts += [{"index": 0, "delta": {"content": piece}} for piece in text.partition(" ") if piece]
    parts += [{"index": 0, "delta": {}, "finish_reason": "stop"}]
    chunks = [base | {"object": "chat.completion.chunk", "choices": [part]} for part in parts]
    if (request.get("stream_options") or {}).get("include_usage"):
        chunks += [base | {"object": "chat.completion.chunk", "choices": [], "usage": usage}]
    dumped = [ChatCompletionChunk.model_validate(chunk, strict=True).model_dump_json() for chunk in chunks]
    return [f"data: {chunk}\n\n" for chunk in dumped + ["[DONE]"]]


def message(request):
    form = (request.get("output_config") or {}).get("format")
    text = said(form and form["schema"])
    base = {"id": "msg_1", "type": "message", "role": "assistant", "model": request["model"], "stop_sequence": None}
    usage = {"input_tokens": 21, "output_tokens": 5}
    if not request.get("stream"):
        whole = base | {"content": [{"type": "text", "text": text}], "stop_reason": "end_turn", "usage": usage}
        return Message.model_validate(whole).model_dump_json()
    start = base | {"content": [], "stop_reason": None, "usage": usage | {"output_tokens": 1}}
    delta = [{"type": "text_delta", "text": piece} for piece in text.partition(" ") if piece]
    events = [{"type": "message_start", "message": start}]
    events += [{"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}]
    events += [{"type": "content_block_delta", "index": 0, "delta": piece} for piece in delta]
    events += [{"type": "content_block_stop", "index": 0}]
    events += [{"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}}]
    events += [{"type": "message_stop"}]
    dumped = [EVENT.validate_python(event) for event in events]
    return [f"event: {event.type}\ndata: {event.model_dump_json()}\n\n" for event in dumped]


class Peer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        try:
            openai = self.path == "/v1/chat/completions"
            key = "authorization" if openai else "x-api-key"
            assert self.headers[key].removeprefix("Bearer ") == "sk-canary-0123456789", key
            assert openai or self.headers["anthropic-version"] == "2023-06-01", "anthropic-version"
            answer = (chat if openai else message)(held(self.path, body))
        except Exception as error:  # whatever is wrong, the test is told
            return self.tell(400, json.dumps({"error": {"message": f"{type(error).__name__}: {error}"}}))
        if isinstance(answer, str):
            return self.tell(200, answer)
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for piece in answer + [""]:
            self.wfile.write(f"{len(piece.encode()):x}\r\n{piece}\r\n".encode())

    def tell(self, status, text):
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Peer)
print(server.server_port, flush=True)
server.serve_forever()
