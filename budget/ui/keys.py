"""Every session key and widget key, declared once.

Session keys hold what must survive a page switch; widget keys only name a control on a screen.
"""

# session
LANGUAGE = "language"
UNIT = "money_unit"
EDITS = "edits"
OPEN_POOL = "open_pool"
OPEN_PART = "open_part"
AGAINST = "against"
TAKEN = "taken_person"
WHO = "who"
PERSON = "person"
SCENARIO = "scenario"
CONSIDERED = "considered"
DEED = "deed"
DRAFTINGS = "draftings"
NOTICE = "notice"
PREPARED = "prepared_deed"
TRAIL_SHOWN = "trail_shown"
PEOPLE_SHOWN = "people_shown"
REVIEWING = "reviewing"
REVIEW_TOLD = "review_told"
QUEUE_VISIT = "queue_visit"
COMPARED = "compared"
COMPARE_VISIT = "compare_visit"
CENTRE = "centre"
DATA_GIVEN = "data_given"
DATA_UPLOADS = "data_uploads"
DATA_REQUESTS_GIVEN = "data_requests_given"
DATA_REQUEST_UPLOADS = "data_request_uploads"
WAY = "way"
MAP_MEASURE = "map_measure"
PROVINCE = "province"
VIEW = "view"
FILTER = "filter"
ORDER = "order"
PROBE = "probe"
JOINED_LEAST = "joined_least"
JOINED_MOST = "joined_most"
JOINED_COST = "joined_cost"
JOINED_CLIENTS = "joined_clients"
JOINED_BY = "joined_by"
EXECUTION_GIVEN = "execution_given"
EXECUTION_UPLOADS = "execution_uploads"
QUARTER_SECTION = "quarter_section"
QUARTER_BEHIND = "quarter_behind"
QUARTER_ABLE = "quarter_able"
QUARTER_CARRY = "quarter_carry"
PLANS_ON_SCREEN = "plans_on_screen"
DIVISION_EDITS = "division_edits"
KEPT = (LANGUAGE, UNIT)
"""What stays when the visitor of the demonstration becomes another person."""

# addresses
LANGUAGE_PARAMETER = "lang"
PERSON_PARAMETER = "as"
CENTRE_PARAMETER = "centre"
REQUEST_PARAMETER = "request"
SCENARIO_PARAMETER = "scenario"
CHANGE_PARAMETER = "set"
FIRST_DAY_PARAMETER = "from"
LAST_DAY_PARAMETER = "to"
WHO_PARAMETER = "person"
VERB_PARAMETER = "verb"
KIND_PARAMETER = "kind"
OBJECT_PARAMETER = "id"
OUTCOME_PARAMETER = "outcome"
TEXT_PARAMETER = "text"
PAGE_PARAMETER = "page"
RECORD_PARAMETER = "record"
ROLE_PARAMETER = "role"
MAP_MEASURE_PARAMETER = "measure"
PROVINCE_PARAMETER = "province"
VIEW_PARAMETER = "view"
FILTER_PARAMETER = "filter"
ORDER_PARAMETER = "order"
AGAINST_PARAMETER = "against"
WAY_PARAMETER = "way"
STATE_PARAMETER = "state"
CATEGORY_PARAMETER = "category"
REVIEWER_PARAMETER = "reviewer"
MINE_PARAMETER = "mine"
COMPARE_PARAMETER = "compare"
MEASURE_PARAMETER = "by"
SECTION_PARAMETER = "show"
PART_PARAMETER = "part"
SWEPT_PARAMETER = "parameter"
FIRST_PARAMETER = "first"
SECOND_PARAMETER = "second"
LEAST_PARAMETER = "least"
MOST_PARAMETER = "most"
COST_PARAMETER = "cost"
CLIENTS_PARAMETER = "clients"
BEHIND_PARAMETER = "behind"
ABLE_PARAMETER = "able"
CARRY_PARAMETER = "carry"

# widgets
LANGUAGE_SWITCH = "language_switch"
UNIT_SWITCH = "unit_switch"
HEAD_DRAWN = "head_drawn"
WANTED_PAGE = "wanted_page"
PERSON_SWITCH = "person_switch"
PERSON_CENTRE = "person_centre"
SIGN_IN = "sign_in"
SIGN_OUT = "sign_out"
INBOX = "inbox"
INBOX_MORE = "inbox_more"
INBOX_MORE_OUTCOMES = "inbox_more_outcomes"
SCENARIOS = "scenarios"
SCENARIO_LIST = "scenario_list"
SCENARIO_NAME = "scenario_name"
SCENARIO_COPY = "scenario_copy"
SCENARIO_NOTE = "scenario_note"
SCENARIO_TARGET = "scenario_target"
SCENARIO_CONSIDERED = "scenario_considered"
SCENARIO_REASON = "scenario_reason"
SAVE = "save"
SAVE_ON_TOP = "save_on_top"
POOL_SWITCH = "pool_switch"
PART_SWITCH = "part_switch"
AGAINST_SWITCH = "against_switch"
ORDER_SWITCH = "order_switch"
QUEUE_TEXT = "queue_text"
QUEUE_STATES = "queue_states"
QUEUE_CATEGORIES = "queue_categories"
QUEUE_REVIEWER = "queue_reviewer"
QUEUE_MINE = "queue_mine"
QUEUE_OPEN = "queue_open"
QUEUE_BACK = "queue_back"
QUEUE_NEXT = "queue_next"
QUEUE_NEXT_AFTER = "queue_next_after"
QUEUE_CLEAR = "queue_clear"
ASSIGN_TO = "assign_to"
ASSIGN = "assign_all"
TRAIL_RESET = "trail_reset"
TRAIL_OF_OBJECT = "trail_of_object"
TRAIL_EVERY_OBJECT = "trail_every_object"
UNDO = "undo"
REDO = "redo"
RESET_ALL = "reset_all"
CHANGES = "changes_list"
GOAL = "goal_seek"
GOAL_ASKED = "goal_asked"
GOAL_ANSWER = "goal_answer"
GOAL_TRIALS = "goal_trials"
GOAL_GOES_ON = "goal_goes_on"
GOAL_CANCEL = "goal_cancel"
GOAL_QUESTION = "goal_question"
GOAL_FIND = "goal_find"
GOAL_GROWTH = "goal_growth"
GOAL_FLOOR = "goal_floor"
GOAL_CENTRE = "goal_centre"
GOAL_PATH = "goal_path"
GOAL_AGAINST = "goal_against"
DOWNLOADS = "downloads"
COMPARE_CHOICES = "compare_choices"
COMPARE_REFERENCE = "compare_reference"
COMPARE_MEASURE = "compare_measure"
COMPARE_CHANGED = "compare_changed"
COMPARE_BEGIN = "compare_begin"
COMPARE_PAIR = "compare_pair"
COMPARE_GROUP = "compare_group"
COMPARE_FILTER = "compare_filter"
COMPARE_BANDS = "compare_bands"
COMPARE_SUMMARY = "compare_summary"
COMPARE_RULES = "compare_rules"
COMPARE_GROUPS = "compare_groups"
COMPARE_OPEN = "compare_open"
CENTRE_FILTER = "centre_filter"
CENTRE_TABLE = "centre_table"
CHANGE_CHART = "change_chart"
GREATEST_CHART = "greatest_chart"
PROBE_SWITCH = "probe_switch"
PROBE_UNDO = "probe_undo"
STUDY_START = "study_start"
STUDY_CANCEL = "study_cancel"
SWEEP_GROUPING = "sweep_grouping"
SWEEP_USE = "sweep_use"
PRICED_RULE = "priced_rule"
FRONTIER_USE = "frontier_use"
PROBE_AGAINST = "probe_against"
POOL_TABLE = "pool_table"
CONFLICT_TABLE = "conflict_table"
COUNTRY_MAP = "country_map"
COUNTRY_TABLE = "country_table"
MEASURE_SWITCH = "measure_switch"
PROVINCE_CLEAR = "province_clear"
VIEW_SWITCH = "view_switch"
CORRECT_ADDRESS = "correct_address"
CENTRE_PICKER = "centre_picker"
CENTRE_PREVIOUS = "centre_previous"
CENTRE_NEXT = "centre_next"
WAY_SWITCH = "way_switch"
STEP_TABLE = "step_table"
PEER_TABLE = "peer_table"
CENTRE_DATA = "centre_data"
PUBLISH_SCENARIO = "publish_scenario"
PUBLISH_CHART = "publish_chart"
DATA_VERSIONS = "data_versions"
DATA_VERSION = "data_version"
DATA_REAL = "data_real"
DATA_LEFT_OUT = "data_left_out"
DATA_PASSED = "data_passed"
DATA_JUMPS = "data_jumps"
DATA_FIGURES = "data_figures"
DATA_TEXTS = "data_texts"
DATA_TOTALS = "data_totals"
DATA_EFFECT = "data_effect"
DIVISION_TABLE = "division_table"
DIVISION_TOTALS = "division_totals"
DIVISION_FILTER = "division_filter"
DIVISION_MOVED = "division_moved"
DIVISION_WHICH = "division_which"
DIVISION_LIMITS = "division_limits"
DIVISION_BANDS = "division_bands"
DIVISION_VERSIONS = "division_versions"
DIVISION_UPLOAD = "division_upload"
DIVISION_UPLOADER = "division_uploader"
DIVISION_DISCARD = "division_discard"
DIVISION_PLANS = "division_plans"
PLAN_TABLE = "plan_table"
OWN_CENTRE = "own_centre"
"""Which of several own centres is shown to whoever sees the round as well."""
TAKEOVER = "takeover:"
JOINED_CHART = "joined_chart"
JOINED_GROUPS = "joined_groups"
QUARTER_TABLE = "quarter_table"
QUARTER_NATIONAL = "quarter_national"
QUARTER_PROFILES = "quarter_profiles"
EXECUTION_CHART = "execution_chart"
EXECUTION_TABLE = "execution_table"
EXECUTION_VERSIONS = "execution_versions"
MOVING_CHART = "moving_chart"
MOVING_TABLE = "moving_table"


def slider(path: str) -> str:
    """The slider of a parameter."""
    return f"slider:{path}"


def choice(path: str) -> str:
    """The list of values of a parameter that has few."""
    return f"choice:{path}"


def control(path: str) -> str:
    """The frame around a parameter's control."""
    return f"control:{path}"


def reset(path: str) -> str:
    """The reset beside a control."""
    return f"reset:{path}"


def reset_in_list(path: str) -> str:
    """The reset in the list of changes."""
    return f"reset_in_list:{path}"


def goal_apply(answer: str) -> str:
    """The button that takes an answer of the goal seek."""
    return f"goal_apply:{answer}"


def remedy(path: str) -> str:
    """The button that applies a remedy."""
    return f"remedy:{path}"


def download(name: str) -> str:
    """A download button."""
    return f"download:{name}"


def take(identity: str) -> str:
    """The button that takes a person of the demonstration."""
    return f"take:{identity}"


def rationale(path: str) -> str:
    """Why a parameter was changed, in the form that saves a scenario."""
    return f"rationale:{path}"


def open_version(scenario_id: int, number: int) -> str:
    """The button that opens a version of a scenario."""
    return f"open:{scenario_id}:{number}"


def new_request(centre_id: str) -> str:
    """The button that begins a request of a centre."""
    return f"new_request:{centre_id}"


def request_card(need_id: str) -> str:
    """The frame of a request in a list."""
    return f"request:{need_id}"


def request_field(need_id: str, name: str) -> str:
    """A field of a request's form."""
    return f"field:{need_id}:{name}"


def request_deed(need_id: str, verb: str) -> str:
    """A button that does something with a request."""
    return f"{verb}:{need_id}"


def upload(need_id: str, number: int) -> str:
    """The uploader of a request; a new one after every upload."""
    return f"upload:{need_id}:{number}"


def detach(file_id: int) -> str:
    """The button that removes a file."""
    return f"detach:{file_id}"


def theirs(need_id: str, name: str) -> str:
    """The button that takes somebody else's text."""
    return f"theirs:{need_id}:{name}"


def mine(need_id: str, name: str) -> str:
    """The button that keeps one's own text."""
    return f"mine:{need_id}:{name}"


def kept(page: str, parameter: str) -> str:
    """What a page keeps of a parameter of its address while other pages are visited."""
    return f"kept:{page}:{parameter}"


def asked(parameter: str) -> str:
    """The control that sets a parameter of the address."""
    return f"asked:{parameter}"


def trail_table(numbers: str) -> str:
    """The table of records; other records are another table, so that no mark moves to them."""
    return f"trail_table:{numbers}"


def trail_pages(page: int) -> str:
    """The switch of pages while one of them is shown."""
    return f"trail_pages:{page}"


def people_table(shown: str) -> str:
    """The table of people."""
    return f"people_table:{shown}"


def queue_table(shown: str) -> str:
    """The table of requests; other requests are another table, so that no tick moves to them."""
    return f"queue_table:{shown}"


def behind(control: str) -> str:
    """The button behind which a control with several choices stands."""
    return f"behind:{control}"


def picked(what: str) -> str:
    """A control with which a study is set up."""
    return f"picked:{what}"


def range_parameters(kept: str) -> tuple[str, str]:
    """The address's parameters for the ends of the range of a rule that the address names."""
    return f"{kept}_from", f"{kept}_to"


def probe_table(shown: str) -> str:
    """A table of centres; another setting is another table, so that no mark moves to it."""
    return f"probe_table:{shown}"


def opener(deed: str) -> str:
    """The button that opens the dialog of a deed."""
    return f"open_dialog:{deed}"


def told(deed: str) -> str:
    """What is said after a deed was done."""
    return f"told:{deed}"


def compare_centres(shown: str) -> str:
    """The table of differences by centre; other rows are another table."""
    return f"compare_centres:{shown}"


def compare_scatter(visit: int) -> str:
    """The scatter; a new one after every centre that was opened from it."""
    return f"compare_scatter:{visit}"


def pack(publication_id: int) -> str:
    """The key under which the pack of a publication was exported."""
    return f"pack:{publication_id}"


def prepare_pack(publication_id: int) -> str:
    """The button that makes the pack of a publication."""
    return f"prepare_pack:{publication_id}"


def data_upload(number: int) -> str:
    """The place for a file of data; a new one after every upload."""
    return f"data_upload:{number}"


def data_upload_requests(number: int) -> str:
    """The place for a file of requests."""
    return f"data_upload_requests:{number}"


def execution_upload(number: int) -> str:
    """The place for a file of execution; a new one after every upload."""
    return f"execution_upload:{number}"


def data_faults(table: str) -> str:
    """The faults of an uploaded table."""
    return f"data_faults:{table}"


def data_dictionary(table: str) -> str:
    """The definitions of a table's columns."""
    return f"data_dictionary:{table}"


def put_away(given: str) -> str:
    """The button that puts an uploaded file away."""
    return f"put_away:{given}"


def takeover(closed: str) -> str:
    """Who takes over a closed centre."""
    return f"{TAKEOVER}{closed}"


def plan_field(plan_key: str, division: str) -> str:
    """The amount of a division in a plan."""
    return f"plan:{plan_key}:{division}"


def plan_deed(plan_key: str, what: str) -> str:
    """A button of a plan."""
    return f"plan_deed:{plan_key}:{what}"


def own_plan_table(centre_id: str, what: str) -> str:
    """A table of a centre's own plan: "submitted" or "earlier"."""
    return f"own_plan:{centre_id}:{what}"


def division_rule(path: str) -> str:
    """The number of a rule for divisions."""
    return f"division_rule:{path}"
