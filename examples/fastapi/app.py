"""A small app with a two-factor log-in: FastAPI, and Stepgate for the second factor."""

import os
from pathlib import Path
from urllib.parse import parse_qsl

import uvicorn
from fastapi import Depends, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader
from starlette.middleware.sessions import SessionMiddleware
from stepgate import AsyncClient, InvalidCode, LogInEnded, Proof, Refused
from stepgate.fastapi import begin, finish, init_app, second_factor
from users import check_password, email_of

WRONG_CODE = "This code is wrong, expired or already used."
FAULTS_OF_PHONE = ("clock_skew", "time_zone", "parameters_ignored", "enrolment_closed")

app = FastAPI()
app.add_middleware(SessionMiddleware, secret_key=os.environ["SECRET_KEY"], same_site="strict")
url, key, app_id = (os.environ[f"STEPGATE_{name}"] for name in ("URL", "KEY", "APP"))
client = AsyncClient(url, key, app_id)
init_app(app, client)
app.on_event("startup")(client.check)
TEMPLATES = FileSystemLoader(Path(__file__).parent / "templates")
templates = Environment(loader=TEMPLATES, autoescape=True)


async def read_form(request: Request):
    body = (await request.body()).decode(errors="replace")
    return dict(parse_qsl(body, keep_blank_values=True))


FORM = Depends(read_form)
LOGGED_IN = Depends(second_factor)


@app.get("/log-in")
async def show_log_in():
    return page("log-in.html")


@app.post("/log-in")
async def log_in(request: Request, form=FORM):
    email, password = form.get("email", ""), form.get("password", "")
    user_id = await run_in_threadpool(check_password, email, password)
    if user_id is None:
        return page("log-in.html", 401, error="The e-mail or the password is wrong.")
    return go_to("/code" if await begin(request, user_id) else "/")


@app.get("/code")
async def show_code():
    return page("code.html")


@app.post("/code")
async def code(request: Request, form=FORM):
    await finish(request, form.get("code", ""))
    return go_to("/")


@app.get("/")
async def home(user_id=LOGGED_IN):
    return page("home.html", email=email_of(user_id))


@app.get("/set-up")
async def show_set_up(user_id=LOGGED_IN):
    return page("set-up.html", proof_needed=await client.needs_code(user_id))


@app.post("/set-up")
async def set_up(request: Request, user_id=LOGGED_IN, form=FORM):
    proof = Proof(form.get("code", "")) if await client.needs_code(user_id) else None
    enrolment = await client.enrol(user_id, account_name=email_of(user_id), proof=proof)
    request.session["enrolment"] = enrolment.id
    return page("confirm.html", enrolment=enrolment)


@app.post("/confirm")
async def confirm(request: Request, user_id=LOGGED_IN, form=FORM):
    if "enrolment" not in request.session:
        return go_to("/set-up")
    enrolment, first_code = request.session["enrolment"], form.get("code", "")
    try:
        confirmation = await client.confirm(user_id, enrolment, first_code)
    except Refused as refused:
        if refused.code not in FAULTS_OF_PHONE:
            raise
        return page("confirm.html", 422, error=refused.title)
    del request.session["enrolment"]
    return show_codes(confirmation.backup_codes)


@app.get("/backup-codes")
async def show_backup_codes(user_id=LOGGED_IN):
    return page("backup-codes.html") if await client.needs_code(user_id) else go_to("/set-up")


@app.post("/backup-codes")
async def backup_codes(user_id=LOGGED_IN, form=FORM):
    proof = Proof(form.get("code", ""))
    return show_codes(await client.rotate_backup_codes(user_id, proof=proof))


@app.post("/log-out")
async def log_out(request: Request):
    request.session.clear()
    return go_to("/log-in")


def page(template, status=200, **values):
    return HTMLResponse(templates.get_template(template).render(values), status)


def go_to(path):
    return RedirectResponse(path, 303)


def show_codes(codes):
    """A second authenticator comes without new ones."""
    return page("codes.html", codes=codes) if codes else go_to("/")


@app.exception_handler(InvalidCode)
async def ask_again(request: Request, _error):
    """Each page that asks for a code has a template with the name of its path."""
    return page(f"{request.url.path[1:]}.html", 422, error=WRONG_CODE, proof_needed=True)


@app.exception_handler(LogInEnded)
@app.exception_handler(401)
async def log_in_first(_request, _error):
    """To strangers `second_factor` answers 401, which is right for scripts but not for people."""
    return go_to("/log-in")


@app.middleware("http")
async def refuse_foreign_forms(request: Request, call_next):
    """CSRF: a browser says in Origin whose page sent a form. The cookie is SameSite=Strict too."""
    origin = request.headers.get("origin", "").partition("://")[2]
    if request.method == "POST" and origin != request.headers.get("host"):
        return PlainTextResponse("The form comes from another site.", 403)
    response = await call_next(request)
    response.headers["Cache-Control"] = "no-store"
    return response


if __name__ == "__main__":
    uvicorn.run(app, port=int(os.environ.get("PORT", "8080")))
